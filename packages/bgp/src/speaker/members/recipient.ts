import type { PeerIndex } from '../../rib/ids.js';

/** A session as those see it who only send to it. */
export interface Recipient {
  readonly index: PeerIndex;
  /** 4096 or 65535. */
  readonly maxMessage: number;
  /** False after the outbox asked to wait. */
  readonly isWritable: boolean;
  send(block: Uint8Array, messages: number): void;
  /** Sends a ROUTE-REFRESH in its place behind what was sent before. */
  sendRouteRefresh(message: Uint8Array): void;
}
