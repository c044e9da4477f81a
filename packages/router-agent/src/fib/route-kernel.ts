import type { PrefixWords } from '@peerage/bgp';
import type { NextHop, Route, RouteOperation } from '@peerage/linux';

/** Number by which the kernel remembers that a route is ours (`proto 17`). */
export const ownProtocol = 17;

/** A batch of changes to be written in order, as a view over columns. Valid until the write has settled. */
export interface RouteWrites {
  readonly length: number;
  operation(i: number): RouteOperation;
  family(i: number): 4 | 6;
  /** Fills `into` with the destination. */
  readPrefix(i: number, into: PrefixWords): void;
  /** Frozen, and the same array for the same set of next hops: what is made of it may be kept beside it. None: packets are dropped (`blackhole`). */
  nextHops(i: number): readonly NextHop[];
  /** About how many routes go or are to go by this set of next hops. */
  sharers(i: number): number;
  /** Source address of what this node itself sends by the route; the same for the same set of next hops. */
  preferredSource?(i: number): Uint8Array | undefined;
}

/** A write that the kernel refused. */
export interface WriteFailure {
  readonly index: number;
  /** `EEXIST`, `ESRCH`, `ENETUNREACH`, … */
  readonly code: string;
  readonly message: string;
}

/** Whether routes to a destination are wanted. What it is given is filled anew each time. */
export type DestinationFilter = (destination: PrefixWords) => boolean;

/** The kernel's main routing table, as the learned routes need it. */
export interface RouteKernel {
  /** Applies a batch; answers with what was refused, by ascending index. Rejects when nothing could be written. */
  write(writes: RouteWrites): Promise<readonly WriteFailure[]>;
  /**
   * Lists the main table's routes of a family, those of one protocol or all, to all destinations or to those that are wanted. Routes may
   * come twice.
   */
  dump(family: 4 | 6, protocol: number | null, wanted?: DestinationFilter): AsyncIterable<readonly Route[]>;
  /** Looks anew at what is known of the kernel beside routes, and puts it right. To be called before routes are compared with a listing. */
  look?(): Promise<void>;
  /** Lets go of what is kept in the kernel for sets of next hops other than these. */
  tidy?(inUse: readonly (readonly NextHop[])[]): Promise<void>;
}
