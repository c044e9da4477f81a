import { encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { IPV4_UNICAST } from '../../src/net/family.js';
import { createNlriKey } from '../../src/net/nlri-key.js';
import type { DecisionOptions } from '../../src/rib/decision.js';
import {
  LOCAL_PEER,
  type NextHopId,
  NO_ROW,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from '../../src/rib/ids.js';
import { type FamilyTable, Rib } from '../../src/rib/rib.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';

/** A path that may be chosen: what the decision looks at. */
export interface Candidate {
  readonly name: string;
  readonly as: number[];
  readonly more?: PathAttributes;
  readonly internal?: boolean;
  /** Of another member of our confederation. */
  readonly member?: boolean;
  /** Path identifier (RFC 7911); paths of one `name` come from one peer. */
  readonly id?: number;
  readonly routerId?: number;
  readonly address?: number;
  readonly hop?: number;
}

/** One prefix, whose paths are put and dropped by name. */
export class DecisionBench {
  readonly rib: Rib;
  readonly table: FamilyTable;
  readonly prefix: PrefixId;
  readonly peers = new Map<string, PeerIndex>();
  private readonly out = new ByteWriter();

  constructor(options: Partial<DecisionOptions> = {}) {
    const local = { internal: false, routerId: 1, address: new Uint8Array(4) };
    this.rib = new Rib([IPV4_UNICAST], local, { maximumPaths: 8, exactAsPath: true, ...options });
    this.table = this.rib.tables[0]!;
    this.prefix = this.table.prefixes.add({ ...createNlriKey(), a: 0x0a000000, length: 8 });
  }

  put(candidate: Candidate): PathRow {
    const { name, as, more, internal = false, member = false, routerId = 9, address = routerId } = candidate;
    const { id = 0 } = candidate;
    const known = this.peers.get(name);
    const bytes = Uint8Array.of(10, 0, 0, address);
    const peer =
      name === 'local'
        ? LOCAL_PEER
        : (known ?? this.rib.peers.take({ internal, member, routerId, address: bytes, name }));
    this.peers.set(name, peer);
    this.out.reset();
    const asPath = as.length === 0 ? [] : [{ type: 'sequence' as const, ases: as }];
    encodeCanonical({ origin: 'igp', asPath, ...more }, this.out);
    const set = this.rib.attributes.intern(this.out.bytes, 0, this.out.length);
    const hop = this.hop(candidate.hop ?? address);
    this.table.setPath(this.prefix, peer, id, set, hop, set, hop, 0);
    return this.table.paths.find(this.prefix, peer, id);
  }

  drop(name: string, id = 0): void {
    this.table.removePath(this.table.paths.find(this.prefix, this.peers.get(name)!, id));
  }

  hop(last: number): NextHopId {
    return this.rib.nextHops.intern(Uint8Array.of(10, 0, 0, last), 0, 4);
  }

  /** Name of the best path, as the incremental way finds it, which must be what a full scan finds. */
  best(): string {
    while (this.table.loc.decideNext() !== 0);
    const row = this.table.loc.decide(this.prefix);
    if (row !== this.rib.decision.select(this.table.paths, this.prefix)) return 'differs from a full scan';
    return this.nameOf(row);
  }

  nameOf(row: PathRow): string {
    if (row === NO_ROW) return 'none';
    const peer = this.table.paths.peer(row);
    return [...this.peers].find(([, index]) => index === peer)![0];
  }
}

export function* permutations<T>(of: readonly T[]): Generator<T[]> {
  if (of.length === 0) yield [];
  for (const [i, first] of of.entries()) {
    for (const rest of permutations([...of.slice(0, i), ...of.slice(i + 1)])) yield [first, ...rest];
  }
}
