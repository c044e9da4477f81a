import { decodeCanonical, encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { encodeForSession } from '../../src/attributes/session-attributes.js';
import { UpdatePacker } from '../../src/message/update-packer.js';
import { UpdateReader } from '../../src/message/update-reader.js';
import { parseAddress } from '../../src/net/address.js';
import type { Family } from '../../src/net/family.js';
import { createNlriKey, type NlriKey } from '../../src/net/nlri-key.js';
import { builtFamilies, FamilyCodecs } from '../../src/nlri/family-codecs.js';
import { encodeNlri, type NlriValue } from '../../src/nlri/opaque-families.js';
import { shapeNextHop } from '../../src/nlri/shape-next-hop.js';
import type { PeerIndex } from '../../src/rib/ids.js';
import type { PipelinePeer } from '../../src/speaker/members/pipeline-peer.js';
import type { Pipeline } from '../../src/speaker/pipeline/pipeline.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex, toHex } from '../../src/wire/hex.js';
import { LOCAL_AS } from './pipeline-fixture.js';

export interface HeldNlri {
  /** The NLRI as it came. */
  readonly hex: string;
  readonly nextHop: string;
  readonly attributes: PathAttributes;
}

/** The octets of an NLRI as hex. */
export function nlriHex(family: Family, value: NlriValue): string {
  const out = new ByteWriter();
  encodeNlri(builtFamilies.opaque(family)!, value, out);
  return toHex(out.bytes, 0, out.length);
}

/** The far end of a session of one family whose destinations are octets: sends hex, keeps what it is sent. */
export class OpaqueEnd {
  /** By key, with `#path id` where those are sent. */
  readonly held = new Map<string, HeldNlri>();
  /** The NLRI of each withdrawal, as it came. */
  readonly withdrawn: string[] = [];
  readonly problems: string[] = [];
  endOfRib = 0;
  messages = 0;
  announced = 0;
  index = 0 as PeerIndex;
  private readonly family: Family;
  private readonly codecs: FamilyCodecs;
  private readonly packer: UpdatePacker;
  private readonly reader: UpdateReader;
  private readonly getsIds: boolean;
  private readonly sendsIds: boolean;
  readonly peer: PipelinePeer;

  constructor(
    address: string,
    as: number,
    family: Family,
    overrides: Partial<PipelinePeer> = {},
    { sendsIds = false, codecs = builtFamilies } = {},
  ) {
    this.family = family;
    this.codecs = codecs;
    const type = as === LOCAL_AS ? 'internal' : 'external';
    const receives = (other: Family): boolean => other.key === family.key;
    const shared = { as4: true, type, maxMessage: 4096, receives, codecs } as const;
    this.packer = new UpdatePacker({ maxMessage: 4096, addPath: () => sendsIds, codecs });
    this.sendsIds = sendsIds;
    this.getsIds = overrides.addPathSend !== undefined;
    const addPath = (): boolean => this.getsIds;
    this.reader = new UpdateReader({ ...shared, addPath, localAs: as, peerAs: LOCAL_AS });
    this.peer = {
      address,
      as,
      type,
      localAs: LOCAL_AS,
      routerId: Number(address.split('.').at(-1)),
      context: { ...shared, addPath: () => sendsIds, localAs: LOCAL_AS, peerAs: as },
      families: [family],
      nextHops: new Map([[family.key, shapeNextHop(codecs.opaque(family)!, parseAddress('10.0.0.254'))]]),
      nextHopSelf: false,
      as4: true,
      maxMessage: 4096,
      importPolicy: null,
      exportPolicy: null,
      requirePolicy: false,
      outbox: { send: (block) => this.take(block) },
      ...overrides,
    };
  }

  open(p: Pipeline): this {
    this.held.clear();
    this.index = p.openPeer(this.peer);
    return this;
  }

  /** NLRI as hex, `…#7` with a path identifier; next hop as hex. */
  announce(p: Pipeline, nlri: readonly string[], attributes: PathAttributes, nextHop: string): void {
    const canonical = new ByteWriter();
    encodeCanonical(attributes, canonical);
    const encoded = new ByteWriter();
    encodeForSession(canonical.bytes, 0, canonical.length, { as4: true, nextHop4: null }, encoded);
    const out = new ByteWriter();
    const hop = fromHex(nextHop);
    this.packer.announce(out, this.family, encoded.bytes, 0, encoded.length, hop, keysOf(nlri), () => {
      throw new Error('too large');
    });
    this.deliver(p, out);
  }

  withdraw(p: Pipeline, nlri: readonly string[]): void {
    const out = new ByteWriter();
    this.packer.withdraw(out, this.family, keysOf(nlri));
    this.deliver(p, out);
  }

  /** With just these octets, whatever a withdrawal of ours would have in their place. */
  withdrawAsIs(p: Pipeline, nlri: readonly string[]): void {
    const out = new ByteWriter();
    const codecs = new FamilyCodecs([{ ...this.codecs.opaque(this.family)!, writeWithdrawn: asItIs }]);
    const addPath = (): boolean => this.sendsIds;
    new UpdatePacker({ maxMessage: 4096, addPath, codecs }).withdraw(out, this.family, keysOf(nlri));
    this.deliver(p, out);
  }

  hexes(): readonly string[] {
    return [...this.held.values()].map(({ hex }) => hex).sort();
  }

  private deliver(p: Pipeline, out: ByteWriter): void {
    for (let at = 0; at < out.length; ) {
      const length = (out.bytes[at + 16]! << 8) | out.bytes[at + 17]!;
      const fault = p.receive(this.index, out.bytes, at + 19, at + length);
      if (fault !== null) throw new Error(fault.message);
      at += length;
    }
  }

  private take(block: Uint8Array): boolean {
    for (let at = 0; at < block.length; ) {
      const length = (block[at + 16]! << 8) | block[at + 17]!;
      this.messages++;
      this.read(block, at + 19, at + length);
      at += length;
    }
    return true;
  }

  private read(block: Uint8Array, start: number, end: number): void {
    const { reader } = this;
    if (reader.read(block, start, end) !== 'accept') {
      this.problems.push(reader.fault?.message ?? 'refused');
      return;
    }
    if (reader.endOfRib !== null) this.endOfRib++;
    this.each(block, reader.unreachNlriStart, reader.unreachNlriEnd, (name, hex) => {
      this.withdrawn.push(hex);
      if (!this.held.delete(name)) this.problems.push(`${hex} was withdrawn but not held`);
    });
    if (reader.reachFamily === null) return;
    const canonical = new ByteWriter();
    reader.canonical(canonical);
    const attributes = decodeCanonical(canonical.bytes, 0, canonical.length);
    const nextHop = toHex(block, reader.reachNextHopStart, reader.reachNextHopEnd);
    this.each(block, reader.reachNlriStart, reader.reachNlriEnd, (name, hex) => {
      this.announced++;
      this.held.set(name, { hex, nextHop, attributes });
    });
  }

  private each(
    block: Uint8Array,
    start: number,
    end: number,
    take: (name: string, hex: string) => void,
  ): void {
    const codec = this.codecs.codec(this.family)!;
    const opaque = this.codecs.opaque(this.family)!;
    const key = createNlriKey();
    for (let at = start; at < end; ) {
      at = codec.read(block, at, end, this.getsIds, key);
      const name = new ByteWriter();
      opaque.writeKey(block, key.start, key.end, name);
      const id = this.getsIds ? `#${key.pathId}` : '';
      take(`${toHex(name.bytes, 0, name.length)}${id}`, toHex(block, key.start, key.end));
    }
  }
}

function keysOf(nlri: readonly string[]): { next(key: NlriKey): boolean } {
  let i = 0;
  return {
    next(key) {
      if (i === nlri.length) return false;
      const [hex = '', id = '0'] = nlri[i++]!.split('#');
      key.octets = fromHex(hex)!;
      key.start = 0;
      key.end = key.octets.length;
      key.pathId = Number(id);
      return true;
    },
  };
}

function asItIs(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.copy(bytes, start, end);
}
