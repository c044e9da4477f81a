import { formatAddress } from '../net/address.js';
import { type Family, familyOf } from '../net/family.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { readU16 } from '../wire/octets.js';
import { COMPONENTS, FLOW_LABEL, type FlowspecComponent } from './flowspec-component.js';
import {
  formatBitmaskTests,
  formatNumericTests,
  showBitmaskTests,
  showNumericTests,
  testsEnd,
  writeBitmaskTests,
  writeNumericTests,
} from './flowspec-tests.js';
import { beginSpan, endSpan, wholeKey } from './framing.js';
import { checkFields, checkNumber, refuseNlri } from './nlri-error.js';
import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { addressBits, checkPrefix, showPrefix, writePrefixOctets } from './prefix-octets.js';
import { formatRouteDistinguisher, RD_LENGTH, writeRouteDistinguisher } from './route-distinguisher.js';

/** A flow specification (RFC 8955, RFC 8956): what a packet must have in all components. */
export interface Flowspec {
  /** In VPN families only (RFC 8955 §8). */
  readonly rd?: string;
  /** In the order of their types, each once. */
  readonly components: readonly FlowspecComponent[];
}

/** Lengths from here on take two octets, of which the first four bits are ones (RFC 8955 §4.1). */
const LONG = 0xf0;

/** Offset after the length of a flow specification. */
export const bodyAt = (bytes: Uint8Array, start: number): number => start + (bytes[start]! < LONG ? 1 : 2);

/** Offset after a prefix component's body at `at`, or -1. IPv6 ones have an offset octet (RFC 8956 §3.1). */
function prefixEnd(bytes: Uint8Array, at: number, end: number, afi: number): number {
  const isV6 = addressBits(afi) === 128;
  if (at + (isV6 ? 2 : 1) > end) return -1;
  const length = bytes[at]!;
  const offset = isV6 ? bytes[at + 1]! : 0;
  // RFC 8956 §3.1: the offset lies before the length, unless both are zero.
  if (length > addressBits(afi) || offset > length || (offset === length && offset > 0)) return -1;
  const stop = at + (isV6 ? 2 : 1) + ((length - offset + 7) >>> 3);
  return stop <= end ? stop : -1;
}

/** Offset after the component at `at`, or -1 when it is malformed or not known. */
export function componentEnd(bytes: Uint8Array, at: number, end: number, afi: number): number {
  const type = bytes[at]!;
  const row = COMPONENTS[type];
  if (row === undefined || (type === FLOW_LABEL && addressBits(afi) === 32)) return -1;
  return row.kind === 'prefix' ? prefixEnd(bytes, at + 1, end, afi) : testsEnd(bytes, at + 1, end, row.sizes);
}

/** The pattern of `length − offset` bits at `at`, moved to where it is matched. */
function showPattern(bytes: Uint8Array, at: number, length: number, offset: number): string {
  const address = new Uint8Array(16);
  for (let bit = offset; bit < length; bit++) {
    const from = bit - offset;
    if (((bytes[at + (from >>> 3)]! >>> (7 - (from & 7))) & 1) === 0) continue;
    address[bit >>> 3] = address[bit >>> 3]! | (0x80 >>> (bit & 7));
  }
  return `${formatAddress(address)}/${length}`;
}

function decodeComponent(bytes: Uint8Array, at: number, end: number, afi: number): FlowspecComponent {
  const { type } = COMPONENTS[bytes[at]!]!;
  switch (type) {
    case 'destination-prefix':
    case 'source-prefix': {
      const length = bytes[at + 1]!;
      if (addressBits(afi) === 32) return { type, prefix: showPrefix(bytes, at + 2, length, afi) };
      const offset = bytes[at + 2]!;
      return {
        type,
        prefix: showPattern(bytes, at + 3, length, offset),
        ...(offset === 0 ? {} : { offset }),
      };
    }
    case 'tcp-flags':
    case 'fragment':
      return { type, bits: showBitmaskTests(bytes, at + 1, end) };
    default:
      return { type, tests: showNumericTests(bytes, at + 1, end) };
  }
}

function writePattern(
  path: string,
  prefix: { bytes: Uint8Array; length: number },
  offset: number,
  out: ByteWriter,
): void {
  if (offset > 0 && offset >= prefix.length) {
    refuseNlri(`${path}.offset`, offset, `must be below the prefix length ${prefix.length}`);
  }
  out.u8(offset);
  for (let from = offset; from < prefix.length; from += 8) {
    let octet = 0;
    for (let bit = from; bit < Math.min(from + 8, prefix.length); bit++) {
      if ((prefix.bytes[bit >>> 3]! & (0x80 >>> (bit & 7))) !== 0) octet |= 0x80 >>> (bit - from);
    }
    out.u8(octet);
  }
}

function writeComponent(path: string, component: FlowspecComponent, afi: number, out: ByteWriter): void {
  const row = COMPONENTS[out.bytes[out.length - 1]!]!;
  if ('prefix' in component) {
    const prefix = checkPrefix(`${path}.prefix`, component.prefix, afi);
    const offset = checkNumber(`${path}.offset`, component.offset ?? 0, addressBits(afi) - 1);
    out.u8(prefix.length);
    if (addressBits(afi) === 128) {
      writePattern(path, prefix, offset, out);
    } else {
      if (offset !== 0) refuseNlri(`${path}.offset`, offset, 'must be 0 for IPv4');
      writePrefixOctets(prefix, out);
    }
  } else if ('bits' in component) {
    writeBitmaskTests(`${path}.bits`, component.bits, row, out);
  } else {
    writeNumericTests(`${path}.tests`, component.tests, row, out);
  }
}

function checkType(path: string, component: FlowspecComponent, afi: number): number {
  const type = COMPONENTS.findIndex((row) => row?.type === component.type);
  const row = COMPONENTS[type];
  const has = 'prefix' in component ? 'prefix' : 'bits' in component ? 'bitmask' : 'numeric';
  if (row === undefined || (type === FLOW_LABEL && addressBits(afi) === 32)) {
    refuseNlri(`${path}.type`, component.type, 'must be a component of this family');
  }
  if (row.kind !== has) refuseNlri(path, component, `must have what belongs to ${row.type}`);
  return type;
}

function formatComponent(component: FlowspecComponent): string {
  const { type } = component;
  if ('prefix' in component) {
    return `${type} ${component.prefix}${component.offset === undefined ? '' : ` offset ${component.offset}`}`;
  }
  return `${type} ${'bits' in component ? formatBitmaskTests(component.bits) : formatNumericTests(component.tests)}`;
}

/**
 * Flow specifications:
 *
 * ```
 * length (1, or 2 from 240 on) | [ route distinguisher (8) ] | type (1) | prefix or tests | type …
 * ```
 */
function flowspec(family: Family, isVpn: boolean): OpaqueNlriCodec<Flowspec> {
  const { afi } = family;
  const rdLength = isVpn ? RD_LENGTH : 0;
  return {
    family,
    layout: 'bytes',
    // RFC 8955 §4: there should be none, and one that is there is ignored.
    nextHopLengths: [0, 4, 12, 16, 24, 32, 48],
    nextHop: 'none',
    malformed: 'withdraw',
    read(bytes, at, end, addPath, out) {
      const start = beginSpan(bytes, at, end, addPath, out);
      if (start < 0) return -1;
      const body = bodyAt(bytes, start);
      if (body > end) return -1;
      return endSpan(body + (bytes[start]! < LONG ? bytes[start]! : readU16(bytes, start) & 0xfff), end, out);
    },
    check(bytes, start, end) {
      let at = bodyAt(bytes, start) + rdLength;
      if (at >= end) return 'there is no component';
      for (let last = 0; at < end; ) {
        const type = bytes[at]!;
        // RFC 8955 §4.2: strictly increasing, each once at most.
        if (type <= last) return 'components are not in order';
        last = type;
        at = componentEnd(bytes, at, end, afi);
        if (at < 0) return 'a component is malformed or not known';
      }
      return null;
    },
    writeKey: wholeKey,
    decode(bytes, start, end) {
      const components: FlowspecComponent[] = [];
      const rdAt = bodyAt(bytes, start);
      for (let at = rdAt + rdLength; at < end; ) {
        const stop = componentEnd(bytes, at, end, afi);
        components.push(decodeComponent(bytes, at, stop, afi));
        at = stop;
      }
      return isVpn ? { rd: formatRouteDistinguisher(bytes, rdAt), components } : { components };
    },
    encode(value, out) {
      const lengthAt = out.reserve(2);
      const { rd, components } = value;
      if (isVpn) writeRouteDistinguisher('nlri.rd', rd, out);
      else if (rd !== undefined) refuseNlri('nlri.rd', rd, 'must not be there outside of VPNs');
      if (!Array.isArray(components) || components.length === 0) {
        refuseNlri('nlri.components', components, 'must be a list of at least one component');
      }
      let last = 0;
      value.components.forEach((component, i) => {
        const path = `nlri.components[${i}]`;
        checkFields(path, component, 'a type, and a prefix, tests or bits');
        const type = checkType(path, component, afi);
        if (type <= last) refuseNlri(path, component.type, 'must come in the order of component types');
        last = type;
        out.u8(type);
        writeComponent(path, component, afi, out);
      });
      const length = out.length - lengthAt - 2;
      if (length > 0xfff) refuseNlri('nlri.components', length, 'must take at most 4095 octets');
      if (length >= LONG) {
        out.patch16(lengthAt, 0xf000 | length);
      } else {
        out.patch8(lengthAt, length);
        out.bytes.copyWithin(lengthAt + 1, lengthAt + 2, out.length);
        out.length--;
      }
    },
    format: ({ rd, components }) =>
      `${rd === undefined ? '' : `rd ${rd} `}${components.map(formatComponent).join(' ')}`,
  };
}

export const ipv4Flowspec = flowspec(familyOf(1, 133), false);
export const ipv6Flowspec = flowspec(familyOf(2, 133), false);
export const vpnv4Flowspec = flowspec(familyOf(1, 134), true);
export const vpnv6Flowspec = flowspec(familyOf(2, 134), true);
