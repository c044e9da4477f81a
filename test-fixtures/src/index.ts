export {
  type Daemon,
  type DaemonOptions,
  startBird,
  startExabgp,
  startFrr,
  startGobgp,
  startOpenbgpd,
  startZebra,
} from './daemons.js';
export { type DiscoveryCase, type DiscoveryWorld, discoveryCases } from './discovery-cases.js';
export { type EventuallyOptions, eventually } from './eventually.js';
export { type FieldShape, fieldRows, fieldsOf, libraryDocs } from './field-table.js';
export { freePort, freePorts } from './free-port.js';
export {
  type DaemonName,
  type Direction,
  daemonNames,
  featureOf,
  type InteropFeature,
  interopFeatures,
} from './interop/features.js';
export { type Proof, proofsOf, proves, recordedProofs } from './interop/proofs.js';
export { type ApiAnswer, type ApiServer, type ApiServerOptions, startApiServer } from './kube/api-server.js';
export { type Certificates, makeCertificates } from './kube/certificates.js';
export { commandPath, hasKernelModule, type Machine, thisMachine } from './machine.js';
export { type LeftOut, type Need, needs, needsOn, type OutsideTheTree, wayOutMark } from './needs.js';
export { type NextHopCase, type NextHopWorld, nextHopCases } from './next-hop-cases.js';
export { type OtherKernelRun, runUnderOtherKernel } from './other-kernel.js';
export { ServerProcess } from './server-process.js';
export { type Teardown, tempDir } from './temp-dir.js';
export {
  type Vector,
  type VectorExpectation,
  type VectorKind,
  vectorFiles,
  vectors,
} from './vectors.js';
