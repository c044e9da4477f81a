import type { Spoiler } from './dump.js';
import type { Verdict } from './message.js';
import type { NetlinkProtocol } from './socket.js';
import type { Refusal } from './transaction.js';

/*
 * What the thread that opened a handle and its worker say to each other. The worker knows netlink's framing and
 * nothing of routes or links: requests come encoded, answers and notifications go back as whole messages.
 */

/** What a worker is started with. */
export interface WorkerSettings {
  readonly namespace: string | null;
  readonly protocol: NetlinkProtocol;
  /** An eventfd: readable when commands wait. */
  readonly wakeFd: number;
  readonly eventBufferBytes: number;
  readonly eventBacklogBytes: number;
  readonly requestBufferBytes: number;
  /** One `Int32`: octets of notifications that were sent to the owner and that it has not taken yet. */
  readonly backlog: SharedArrayBuffer;
}

export type Command =
  | { readonly kind: 'send'; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | {
      readonly kind: 'dump';
      readonly id: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly spoiler: Spoiler | null;
    }
  | { readonly kind: 'next'; readonly id: number; readonly dump: number }
  | { readonly kind: 'leave'; readonly dump: number }
  | { readonly kind: 'ask'; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'join'; readonly id: number; readonly groups: readonly number[] }
  | { readonly kind: 'stop' };

export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'sent'; readonly id: number; readonly refusals: readonly Refusal[] }
  | {
      readonly kind: 'slice';
      readonly id: number;
      /** What to ask for the next one by. */
      readonly dump: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly interrupted: boolean;
      readonly done: boolean;
      readonly verdict: Verdict | null;
    }
  /** One message for each that was asked, in order. */
  | { readonly kind: 'answers'; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'joined'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number | null; readonly failure: Failure }
  | { readonly kind: 'events'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'overrun' };

/** An error as it crosses between threads, where classes are lost. */
export interface Failure {
  readonly code: string | null;
  readonly message: string;
  readonly errno: number | null;
  readonly syscall: string | null;
}
