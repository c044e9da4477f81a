import { decodeCanonical, encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { encodeForSession } from '../../src/attributes/session-attributes.js';
import { UpdatePacker } from '../../src/message/update-packer.js';
import { UpdateReader } from '../../src/message/update-reader.js';
import { formatAddress, parseAddress } from '../../src/net/address.js';
import { type Family, type FamilyKey, IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { createNlriKey } from '../../src/net/nlri-key.js';
import { parseInto } from '../../src/net/prefix.js';
import { nlriCodec } from '../../src/nlri/nlri.js';
import type { PeerIndex } from '../../src/rib/ids.js';
import type { PipelineOptions, PipelinePeer } from '../../src/speaker/members/pipeline-peer.js';
import { Pipeline } from '../../src/speaker/pipeline/pipeline.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';

export const LOCAL_AS = 65_000;
export const ROUTER_ID = 0x0a0000fe;
export const ROUTER_ID_TEXT = '10.0.0.254';

export function pipeline(options: Partial<PipelineOptions> = {}): Pipeline {
  return new Pipeline({
    localAs: LOCAL_AS,
    routerId: ROUTER_ID,
    maximumPaths: 1,
    exactAsPath: true,
    now: () => 5000,
    ...options,
  });
}

/** Works until there is nothing more to do, at most `turns` turns. */
export function settle(p: Pipeline, turns = 100_000): void {
  for (let n = 0; p.work(() => true); n++)
    if (n > turns) throw new Error('the pipeline does not come to rest');
}

export interface HeldRoute {
  readonly attributes: PathAttributes;
  readonly nextHop: string;
}

/** A peer as the far end of a session: it sends UPDATEs, and keeps what it is sent as a router would. */
export class FarEnd {
  readonly as: number;
  readonly address: string;
  readonly held = new Map<string, HeldRoute>();
  /** The last next hop in MP_REACH_NLRI as it came: with a link-local address behind, or twice. */
  octets = new Uint8Array(0);
  readonly endOfRib: string[] = [];
  readonly problems: string[] = [];
  readonly blocks: Uint8Array[] = [];
  /** Prefixes in announcements and withdrawals, counted. */
  announced = 0;
  withdrawn = 0;
  isBlocked = false;
  index = 0 as PeerIndex;
  private readonly reader: UpdateReader;
  private readonly packer: UpdatePacker;
  private readonly getsIds: boolean;
  readonly peer: PipelinePeer;

  /** `sendsIds`: it sends path identifiers. It gets them when `addPathSend` is among the overrides. */
  constructor(address: string, as: number, overrides: Partial<PipelinePeer> = {}, sendsIds = false) {
    this.as = as;
    this.address = address;
    const type = as === LOCAL_AS ? 'internal' : 'external';
    const receives = (family: Family): boolean => family === IPV4_UNICAST || family === IPV6_UNICAST;
    const { isMember = false, localAs = LOCAL_AS, aigp = type === 'internal' || isMember } = overrides;
    const shared = {
      as4: true,
      type: isMember ? 'internal' : type,
      confederation: isMember,
      aigp,
      maxMessage: 4096,
      receives,
      addPath: () => sendsIds,
    } as const;
    this.getsIds = overrides.addPathSend !== undefined;
    this.packer = new UpdatePacker({ maxMessage: 4096, addPath: () => sendsIds });
    this.peer = {
      address,
      as,
      type,
      localAs: LOCAL_AS,
      routerId: Number(address.split('.').at(-1)),
      context: {
        ...shared,
        localAs,
        peerAs: as,
        extendedNextHop: (family) => overrides.extendedNextHop?.has(family.key) === true,
      },
      families: [IPV4_UNICAST, IPV6_UNICAST],
      nextHops: new Map<FamilyKey, Uint8Array>([
        [IPV4_UNICAST.key, parseAddress('10.0.0.254')],
        [IPV6_UNICAST.key, parseAddress('2001:db8::254')],
      ]),
      nextHopSelf: false,
      as4: true,
      maxMessage: 4096,
      importPolicy: null,
      exportPolicy: null,
      requirePolicy: false,
      outbox: { send: (block, messages) => this.take(block, messages) },
      ...overrides,
    };
    const { getsIds } = this;
    const extendedNextHop = (family: Family): boolean => overrides.extendedNextHop?.has(family.key) === true;
    const own = { addPath: () => getsIds, extendedNextHop, localAs: as, peerAs: LOCAL_AS };
    this.reader = new UpdateReader({ ...shared, ...own });
  }

  open(p: Pipeline): this {
    this.held.clear();
    this.endOfRib.length = 0;
    this.isBlocked = false;
    this.index = p.openPeer(this.peer);
    return this;
  }

  /** Prefixes as text; where it sends path identifiers, `10.0.0.0/8#7`. The next hop: an address, or the octets of several. */
  announce(
    p: Pipeline,
    prefixes: readonly string[],
    attributes: PathAttributes,
    nextHop?: string | Uint8Array,
  ): void {
    this.send(p, prefixes, (out, family, keys) => {
      const given = nextHop ?? (family === IPV4_UNICAST ? this.address : '2001:db8::1');
      const hop = typeof given === 'string' ? parseAddress(given) : given;
      const isPlain = hop.length === 4;
      const canonical = new ByteWriter();
      encodeCanonical(attributes, canonical);
      const encoded = new ByteWriter();
      const session = { as4: true, nextHop4: isPlain ? hop : null };
      encodeForSession(canonical.bytes, 0, canonical.length, session, encoded);
      this.packer.announce(out, family, encoded.bytes, 0, encoded.length, isPlain ? null : hop, keys, () => {
        throw new Error('too large');
      });
    });
  }

  withdraw(p: Pipeline, prefixes: readonly string[]): void {
    this.send(p, prefixes, (out, family, keys) => void this.packer.withdraw(out, family, keys));
  }

  sendEndOfRib(p: Pipeline, family: Family): void {
    const out = new ByteWriter();
    this.packer.endOfRib(out, family);
    p.receive(this.index, out.bytes, 19, out.length);
  }

  /** What it holds, as text that compares. */
  summary(): Record<string, string> {
    const entries = [...this.held].map(([prefix, route]) => [prefix, describe(route)] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private send(
    p: Pipeline,
    prefixes: readonly string[],
    pack: (
      out: ByteWriter,
      family: Family,
      keys: { next(key: ReturnType<typeof createNlriKey>): boolean },
    ) => void,
  ): void {
    for (const family of [IPV4_UNICAST, IPV6_UNICAST]) {
      const own = prefixes.filter((prefix) => prefix.includes(':') === (family === IPV6_UNICAST));
      if (own.length === 0) continue;
      let i = 0;
      const out = new ByteWriter();
      pack(out, family, {
        next(key) {
          if (i === own.length) return false;
          const [text = '', id = '0'] = own[i++]!.split('#');
          parseInto(text, key);
          key.pathId = Number(id);
          return true;
        },
      });
      for (const [start, end] of messages(out.slice())) {
        const fault = p.receive(this.index, out.bytes, start + 19, end);
        if (fault !== null) throw new Error(fault.message);
      }
    }
  }

  private take(block: Uint8Array, count: number): boolean {
    this.blocks.push(block);
    let found = 0;
    for (const [start, end] of messages(block)) {
      found++;
      this.read(block, start + 19, end);
    }
    if (found !== count) this.problems.push(`block of ${found} messages was counted as ${count}`);
    return !this.isBlocked;
  }

  private read(block: Uint8Array, start: number, end: number): void {
    const { reader } = this;
    if (end - start + 19 > 4096) this.problems.push('message is too large');
    if (reader.read(block, start, end) !== 'accept') {
      this.problems.push(reader.fault?.message ?? 'refused');
      return;
    }
    if (reader.endOfRib !== null) this.endOfRib.push(reader.endOfRib.name);
    this.drop(block, IPV4_UNICAST, reader.withdrawnStart, reader.withdrawnEnd);
    if (reader.unreachFamily)
      this.drop(block, reader.unreachFamily, reader.unreachNlriStart, reader.unreachNlriEnd);
    const canonical = new ByteWriter();
    reader.canonical(canonical);
    const attributes = decodeCanonical(canonical.bytes, 0, canonical.length);
    if (reader.nlriStart < reader.nlriEnd) {
      const nextHop = formatAddress(block, reader.nextHopStart, 4);
      this.hold(block, IPV4_UNICAST, reader.nlriStart, reader.nlriEnd, { attributes, nextHop });
    }
    if (reader.reachFamily !== null) {
      const length = reader.reachNextHopEnd - reader.reachNextHopStart;
      const nextHop = formatAddress(block, reader.reachNextHopStart, Math.min(16, length));
      const octets = block.slice(reader.reachNextHopStart, reader.reachNextHopEnd);
      this.hold(block, reader.reachFamily, reader.reachNlriStart, reader.reachNlriEnd, {
        attributes,
        nextHop,
      });
      this.octets = octets;
    }
  }

  private hold(block: Uint8Array, family: Family, start: number, end: number, route: HeldRoute): void {
    for (const prefix of prefixes(block, family, start, end, this.getsIds)) {
      this.announced++;
      this.held.set(prefix, route);
    }
  }

  private drop(block: Uint8Array, family: Family, start: number, end: number): void {
    for (const prefix of prefixes(block, family, start, end, this.getsIds)) {
      this.withdrawn++;
      if (!this.held.delete(prefix)) this.problems.push(`${prefix} was withdrawn but not held`);
    }
  }
}

export function describe(route: HeldRoute): string {
  const { asPath = [], ...rest } = route.attributes;
  const path = asPath.map((segment) => segment.ases.join(' ')).join(' | ');
  const sorted = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ nextHop: route.nextHop, path, ...Object.fromEntries(sorted) });
}

export function path(...ases: number[]): PathAttributes {
  return { origin: 'igp', asPath: ases.length === 0 ? [] : [{ type: 'sequence', ases }] };
}

/** Starts and ends of the messages in a block. */
function messages(block: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < block.length; ) {
    const length = (block[at + 16]! << 8) | block[at + 17]!;
    found.push([at, at + length]);
    at += length;
  }
  return found;
}

function prefixes(block: Uint8Array, family: Family, start: number, end: number, addPath: boolean): string[] {
  const codec = nlriCodec(family)!;
  const key = createNlriKey();
  const found: string[] = [];
  for (let at = start; at < end; ) {
    at = codec.read(block, at, end, addPath, key);
    found.push(addPath ? `${codec.format(key)}#${key.pathId}` : codec.format(key));
  }
  return found;
}
