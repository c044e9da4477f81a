export type { ClearOptions, ControlClientOptions } from './client.js';
export { ControlClient } from './client.js';
export type { ControlErrorCode } from './errors.js';
export { ControlError } from './errors.js';
export type {
  About,
  RouteQueryText,
  WireAdvertisement,
  WireAttributes,
  WireExplanation,
  WireKernel,
  WirePath,
  WirePeer,
  WireProblem,
  WireRoute,
  WireRoutePage,
  WireSetting,
  WireStatus,
} from './protocol.js';
export { PROTOCOL_VERSION } from './protocol.js';
export type {
  AgentViews,
  ControlServer,
  ControlServerOptions,
  SpeakerActions,
  SpeakerViews,
} from './server.js';
export { createControlServer } from './server.js';
