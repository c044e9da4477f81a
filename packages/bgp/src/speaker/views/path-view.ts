import { decodeCanonical } from '../../attributes/canonical.js';
import { type AttributeBlock, hasCommunity, originAs } from '../../attributes/find-attribute.js';
import type { PathAttributes } from '../../attributes/path-attributes.js';
import { formatAddress } from '../../net/address.js';
import type { Family } from '../../net/family.js';
import { createNlriKey, type NlriKey } from '../../net/nlri-key.js';
import type { RpkiState } from '../../net/rpki-state.js';
import type { PolicyPeer, RouteView } from '../../policy/policy.js';
import type { OriginValidator } from '../../ports/origin-validator.js';
import {
  type AttrId,
  type NextHopId,
  NO_ATTR,
  NO_NEXT_HOP,
  NO_PREFIX,
  type OutId,
  type PrefixId,
} from '../../rib/ids.js';
import type { NextHopTable } from '../../rib/next-hop-table.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import { toHex } from '../../wire/hex.js';

/** Text of a next hop, empty for none: its global address, or the link-local one with its interface where there is no other (RFC 2545 §3). */
export function nextHopText(nextHops: NextHopTable, id: NextHopId): string {
  const address = globalNextHop(nextHops, id);
  if (address.length !== 4 && address.length !== 16) return toHex(address);
  const text = formatAddress(address);
  const zone = nextHops.isLinkLocal(id) ? nextHops.interfaceOf(id) : null;
  return zone === null ? text : `${text}%${zone}`;
}

const RD_LENGTH = 8;

/** The 4 or 16 octets of a next hop that mean something beyond the link, if it has such. */
function globalNextHop(nextHops: NextHopTable, id: NextHopId): Uint8Array {
  const address = nextHops.address(nextHops.globalOf(id));
  switch (address.length) {
    case 32:
      return address.subarray(16);
    case 12:
    case 24:
      return address.subarray(RD_LENGTH);
    default:
      return address;
  }
}

const NO_BYTES = new Uint8Array(0);

/** The one view that policies get: aimed at a path by ids; everything else is computed when it is read. */
export class PathView implements RouteView {
  private readonly rib: Rib;
  private table: FamilyTable | null = null;
  private prefixId: PrefixId = NO_PREFIX;
  private set: AttrId = NO_ATTR;
  private hop: NextHopId = NO_NEXT_HOP;
  private readonly key: NlriKey = createNlriKey();
  private keyOf: PrefixId = NO_PREFIX;
  private decoded: PathAttributes = {};
  private decodedSet: AttrId = NO_ATTR;
  private decodedSerial = 0;
  source: PolicyPeer | null = null;
  target: PolicyPeer | null = null;
  owner: string | null = null;
  private readonly place: { bytes: Uint8Array; start: number; end: number } = {
    bytes: NO_BYTES,
    start: 0,
    end: 0,
  };
  private readonly validator: OriginValidator | null;

  constructor(rib: Rib, validator: OriginValidator | null = null) {
    this.rib = rib;
    this.validator = validator;
  }

  aim(
    table: FamilyTable,
    prefix: PrefixId,
    set: AttrId,
    hop: NextHopId,
    source: PolicyPeer | null,
    target: PolicyPeer | null,
    owner: string | null,
  ): void {
    this.table = table;
    this.prefixId = prefix;
    this.keyOf = NO_PREFIX;
    this.set = set;
    this.hop = hop;
    this.source = source;
    this.target = target;
    this.owner = owner;
  }

  get family(): Family {
    return this.table!.family;
  }

  get prefix(): string {
    return this.table!.prefixes.codec.format(this.words);
  }

  get prefixLength(): number {
    return this.words.length;
  }

  get words(): NlriKey {
    if (this.keyOf !== this.prefixId) {
      this.table!.prefixes.read(this.prefixId, this.key);
      this.keyOf = this.prefixId;
    }
    return this.key;
  }

  get nextHop(): string {
    return nextHopText(this.rib.nextHops, this.hop);
  }

  get attributes(): PathAttributes {
    const { attributes } = this.rib;
    const serial = attributes.serial(this.set);
    if (this.decodedSet !== this.set || this.decodedSerial !== serial) {
      this.decoded = decodeSet(this.rib, this.set);
      this.decodedSet = this.set;
      this.decodedSerial = serial;
    }
    return this.decoded;
  }

  hasCommunity(community: number): boolean {
    return hasCommunity(this.block, community);
  }

  get block(): AttributeBlock {
    const { place } = this;
    const { attributes } = this.rib;
    place.bytes = attributes.bytes(this.set);
    place.start = attributes.start(this.set);
    place.end = attributes.end(this.set);
    return place;
  }

  get nextHopOctets(): Uint8Array {
    return globalNextHop(this.rib.nextHops, this.hop);
  }

  get rpki(): RpkiState {
    if (this.validator === null || this.table!.hasForms) return 'unknown';
    return this.validator.state(this.family, this.words, this.words.length, originAs(this.block));
  }

  get asPathLength(): number {
    this.rib.attributes.prepare(this.set);
    return this.rib.attributes.asPathLength(this.set);
  }
}

/** The attributes of a set as an object, for people and policies. */
export function decodeSet(rib: Rib, set: AttrId): PathAttributes {
  const { attributes } = rib;
  return decodeCanonical(attributes.bytes(set), attributes.start(set), attributes.end(set));
}

/** As `decodeSet`, of what is advertised. */
export function decodeOut(rib: Rib, out: OutId): PathAttributes {
  const block = new ByteWriter(256);
  rib.outs.write(out, block);
  return decodeCanonical(block.bytes, 0, block.length);
}
