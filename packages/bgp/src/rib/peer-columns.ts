import { BgpError } from '../errors.js';
import { LOCAL_PEER, MAX_PEER_INDEX, type PeerIndex } from './ids.js';

/** What the decision process looks at of a peer. */
export interface PeerFacts {
  readonly internal: boolean;
  /** Of another member of our confederation (RFC 5065): external, but no better than an internal one. Default: no. */
  readonly member?: boolean;
  /** A client of ours as route reflector (RFC 4456). Default: no. */
  readonly client?: boolean;
  /** BGP identifier, unsigned. */
  readonly routerId: number;
  /** 4 or 16 octets: the last tie is broken by it. */
  readonly address: Uint8Array;
  /** Unlike that of any other session: tells those apart that have one address on several links. Default: none. */
  readonly name?: string;
}

/** Peers by index. An index is freed only when no row, queue or column names it any more. */
export class PeerColumns {
  private readonly facts: (PeerFacts | undefined)[] = [];
  private readonly interior: boolean[] = [];
  private readonly free: number[] = [];
  private next = LOCAL_PEER + 1;

  constructor(local: PeerFacts) {
    this.facts[0] = local;
    this.facts[LOCAL_PEER] = local;
    this.interior[0] = local.internal;
    this.interior[LOCAL_PEER] = local.internal;
  }

  take(facts: PeerFacts): PeerIndex {
    const index = this.free.pop() ?? this.next++;
    if (index > MAX_PEER_INDEX) {
      throw new BgpError(
        'BGP_ERR_TOO_MANY_PEERS',
        `a speaker has at most ${MAX_PEER_INDEX - 1} sessions at a time`,
      );
    }
    this.facts[index] = facts;
    this.interior[index] = facts.internal || facts.member === true;
    return index as PeerIndex;
  }

  give(index: PeerIndex): void {
    this.facts[index] = undefined;
    this.free.push(index);
  }

  isInternal(index: number): boolean {
    return this.facts[index]!.internal;
  }

  /** Internal, or of another member of our confederation: alike to the decision process (RFC 5065 §5.3). */
  isInterior(index: number): boolean {
    return this.interior[index]!;
  }

  isClient(index: number): boolean {
    return this.facts[index]!.client === true;
  }

  routerId(index: number): number {
    return this.facts[index]!.routerId;
  }

  /** Negative when the name of `a` comes first, or when both have none and its index is the lower one. */
  compareNames(a: number, b: number): number {
    const { name: x = '' } = this.facts[a]!;
    const { name: y = '' } = this.facts[b]!;
    return x === y ? a - b : x < y ? -1 : 1;
  }

  /** Negative when the address of `a` is the lower one; IPv4 before IPv6. */
  compareAddresses(a: number, b: number): number {
    const x = this.facts[a]!.address;
    const y = this.facts[b]!.address;
    if (x.length !== y.length) return x.length - y.length;
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
    return 0;
  }
}
