export { createSpeaker } from './create-speaker.js';
export type { NodePortsOptions } from './node-ports.js';
export { nodePorts } from './node-ports.js';
export { acceptorFromServer, tcpSocketFactory } from './socket-factory.js';
export { systemClock, systemRandom } from './system-clock.js';
export type { TcpSockets } from './tcp-sockets.js';
export { plainTcpSockets } from './tcp-sockets.js';
