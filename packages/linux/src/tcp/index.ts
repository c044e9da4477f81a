export type { AoAlgorithm, AoKey, AoState } from './ao-key.js';
export { linuxTcpSockets } from './linux-tcp-sockets.js';

export type { ConnectTarget, ListenTarget, SocketFeature, TcpSockets, TtlLimits } from './tcp-sockets.js';
