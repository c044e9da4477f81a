import type { PlayedPeer } from '../peers/world.js';

/** What the watching process is to do; its only argument, as a file of JSON. */
export interface WatchOrder {
  readonly peers: readonly PlayedPeer[];
  readonly port: number;
  readonly holdSeconds: number;
  /** Control socket of the daemon. */
  readonly socket: string;
  /** Command line of `peerage`, to which `show rib` is added. */
  readonly command: readonly string[];
}

/** What it saw from `begin` on. */
export interface WatchFigures {
  readonly sessions: number;
  /** Why a session fell, of each that did. */
  readonly fallen: readonly string[];
  /** Longest time in which a session heard nothing. */
  readonly silenceSeconds: number;
  /** From the request to the last octet of a page of 100 routes, one for each that was asked for; milliseconds. */
  readonly pages: readonly number[];
  /** The whole command, from its start to its end. */
  readonly commands: readonly number[];
}

export type WatchMessage =
  | { readonly event: 'up' }
  | { readonly event: 'figures'; readonly figures: WatchFigures }
  | { readonly event: 'failed'; readonly reason: string };
