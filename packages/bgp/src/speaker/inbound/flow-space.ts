import { type Family, familyOf } from '../../net/family.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { prefixBits } from '../../net/prefix.js';
import { bodyAt } from '../../nlri/flowspec.js';
import { RD_LENGTH } from '../../nlri/route-distinguisher.js';
import { isSpanCodec } from '../../nlri/span-codec.js';
import type { PrefixId } from '../../rib/ids.js';
import type { FamilyTable } from '../../rib/rib.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import { readU32 } from '../../wire/octets.js';
import { type FlowKey, readWords } from './flow-key.js';

const UNICAST = 1;
const VPN_UNICAST = 128;
const FLOWSPEC = 133;
const VPN_FLOWSPEC = 134;

const DESTINATION_PREFIX = 1;
/** Stands for labels in what is only looked up by (RFC 8277 §2.4): it belongs to no key. */
const NO_LABEL = [0x80, 0, 0] as const;

/** Whether a family is one of flow specifications with destinations, and whether it is of VPNs; null: neither. */
export function flowKind({ safi }: Family): 'plain' | 'vpn' | null {
  return safi === FLOWSPEC ? 'plain' : safi === VPN_FLOWSPEC ? 'vpn' : null;
}

/** The family of the routes that flow specifications of this family are held against. */
export function routesOf(flows: Family): Family {
  return familyOf(flows.afi, flowKind(flows) === 'vpn' ? VPN_UNICAST : UNICAST);
}

/**
 * Destinations of the flow specifications of a family and prefixes of its routes as keys that compare with one another: those of
 * a VPN (RFC 8955 §8) with the routes that have their route distinguisher, others with plain unicast.
 */
export class FlowSpace {
  readonly flows: FamilyTable;
  readonly routes: FamilyTable;
  readonly isVpn: boolean;
  private readonly key = createNlriKey();
  private readonly octets = new ByteWriter(32);

  constructor(flows: FamilyTable, routes: FamilyTable) {
    this.flows = flows;
    this.routes = routes;
    this.isVpn = flowKind(flows.family) === 'vpn';
  }

  /** The destination of a rule. False: it has none; a pattern with an offset is none either (RFC 8956 §5). */
  readDestination(rule: PrefixId, out: FlowKey): boolean {
    const { key, flows } = this;
    flows.prefixes.read(rule, key);
    const { octets } = key;
    let at = bodyAt(octets, key.start);
    out.hi = this.isVpn ? readU32(octets, at) : 0;
    out.lo = this.isVpn ? readU32(octets, at + 4) : 0;
    if (this.isVpn) at += RD_LENGTH;
    if (octets[at] !== DESTINATION_PREFIX) return false;
    const length = octets[at + 1]!;
    at += 2;
    if (prefixBits(flows.family) === 128 && octets[at++] !== 0) return false;
    readWords(octets, at, length, flows.family, out);
    return true;
  }

  /** The prefix of a route. */
  readRoute(prefix: PrefixId, out: FlowKey): void {
    const { key, routes, octets } = this;
    routes.prefixes.read(prefix, key);
    const { codec } = routes.prefixes;
    if (!isSpanCodec(codec)) {
      out.hi = 0;
      out.lo = 0;
      out.a = key.a >>> 0;
      out.b = key.b >>> 0;
      out.c = key.c >>> 0;
      out.d = key.d >>> 0;
      out.length = key.length;
      return;
    }
    // route distinguisher (8) | length of the prefix (1) | prefix
    octets.reset();
    codec.opaque.writeKey(key.octets, key.start, key.end, octets);
    out.hi = readU32(octets.bytes, 0);
    out.lo = readU32(octets.bytes, 4);
    readWords(octets.bytes, RD_LENGTH + 1, octets.bytes[RD_LENGTH]!, routes.family, out);
  }

  /** The id of a prefix among the routes, or `NO_PREFIX`. */
  find(wanted: FlowKey): PrefixId {
    const { key, routes, octets } = this;
    key.a = wanted.a;
    key.b = wanted.b;
    key.c = wanted.c;
    key.d = wanted.d;
    key.length = wanted.length;
    if (this.isVpn) {
      octets.reset();
      octets.u8(8 * (NO_LABEL.length + RD_LENGTH) + wanted.length);
      for (const octet of NO_LABEL) octets.u8(octet);
      octets.u32(wanted.hi);
      octets.u32(wanted.lo);
      const size = (wanted.length + 7) >>> 3;
      const words = [wanted.a, wanted.b, wanted.c, wanted.d];
      for (let i = 0; i < size; i++) octets.u8((words[i >>> 2]! >>> (24 - 8 * (i & 3))) & 0xff);
      key.octets = octets.bytes;
      key.start = 0;
      key.end = octets.length;
    }
    return routes.prefixes.find(key);
  }
}
