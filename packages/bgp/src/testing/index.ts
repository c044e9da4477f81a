export { FakeClock } from './fake-clock.js';
export type { FakeConnection } from './fake-network.js';
export { FakeHost, FakeNetwork } from './fake-network.js';
export { GatedSockets } from './gated-sockets.js';
export type { PipeOptions } from './pipe.js';
export { PipeTransport } from './pipe.js';
export type { ReceivedMessage, ScriptedIdentity } from './scripted-peer.js';
export { ScriptedPeer } from './scripted-peer.js';
export { seededRandom } from './seeded-random.js';
