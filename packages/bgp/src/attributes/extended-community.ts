import {
  ADMINISTRATOR_KINDS,
  formatAdministrator,
  guessAdministrator,
  parseAdministrator,
} from '../nlri/administrator.js';
import { checkOctets, formatOctets } from '../nlri/ethernet.js';
import { refuseNlri } from '../nlri/nlri-error.js';
import { fixedRecord, float32, ipv4, u8, u16, u24, u32, type ValueKind } from '../nlri/value-kind.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { fromHex, toHex } from '../wire/hex.js';
import { refuseAttribute, writeValue } from './attribute-error.js';

/** An extended community (RFC 4360) by what it says. */
export interface ExtendedCommunity {
  /** `route-target`, `link-bandwidth`, …; `unknown` for one without a name. */
  readonly type: string;
  /** By type: text such as `65000:100`, a number, or an object. Absent for `unknown`. */
  readonly value?: unknown;
  /** Whether it may leave the AS. */
  readonly transitive: boolean;
  /** All eight octets. */
  readonly hex: string;
}

interface Row {
  /** Type without the bit that says non-transitive. */
  readonly high: number;
  readonly sub: number;
  readonly name: string;
  /** Of the six octets after type and sub-type. */
  readonly kind: ValueKind;
}

const NON_TRANSITIVE = 0x40;

/** `65000:100` where the high type says how administrator and number are parted; that number in front where text would not. */
function administrator(index: number): ValueKind {
  const kind = ADMINISTRATOR_KINDS[index]!;
  return {
    read(bytes, at) {
      const text = formatAdministrator(kind, bytes, at);
      return guessAdministrator(text) === kind ? text : `${index}:${text}`;
    },
    write(path, value, out) {
      const text = typeof value === 'string' ? value.replace(/^\d:(?=[^:]+:)/, '') : '';
      const octets = parseAdministrator(kind, text);
      if (octets === null) refuseNlri(path, value, 'must be administrator:number, such as 65000:100');
      out.copy(octets);
    },
  };
}

/** Which of the three ways a text means. */
function administratorIndex(value: unknown): number {
  if (typeof value !== 'string') return 0;
  const named = /^([012]):[^:]+:/.exec(value)?.[1];
  return named === undefined ? ADMINISTRATOR_KINDS.indexOf(guessAdministrator(value)) : Number(named);
}

/** The rows of a community that exists for each kind of administrator. */
function administered(base: number, sub: number, name: string): Row[] {
  return [0, 1, 2].map((index) => ({ high: base | index, sub, name, kind: administrator(index) }));
}

const mac: ValueKind = {
  read: (bytes, at) => formatOctets(bytes, at, 6),
  write: (path, value, out) => out.copy(checkOctets(path, value, 6)),
};

const row = (high: number, sub: number, name: string, kind: ValueKind): Row => ({ high, sub, name, kind });

const rate = fixedRecord([
  ['as', u16],
  ['rate', float32],
]);

const ROWS: readonly Row[] = [
  ...administered(0x00, 0x02, 'route-target'), // RFC 4360 §4
  ...administered(0x00, 0x03, 'route-origin'), // RFC 4360 §5
  // Octets a second: draft-ietf-idr-link-bandwidth
  row(0x00, 0x04, 'link-bandwidth', rate),
  ...administered(0x00, 0x05, 'ospf-domain-id'), // RFC 4577 §4.2.4
  row(0x01, 0x07, 'ospf-router-id', administrator(1)),
  row(0x00, 0x09, 'source-as', administrator(0)), // RFC 6514 §6
  row(0x02, 0x09, 'source-as', administrator(2)),
  row(0x00, 0x0a, 'l2vpn-id', administrator(0)), // RFC 6074 §3.4
  row(0x01, 0x0a, 'l2vpn-id', administrator(1)),
  row(0x01, 0x0b, 'vrf-route-import', administrator(1)), // RFC 6514 §7
  row(
    0x01,
    0x0c,
    'redirect-to-ip',
    fixedRecord([
      ['address', ipv4],
      ['flags', u16],
    ]),
  ),
  row(
    0x03,
    0x06,
    'ospf-route-type',
    fixedRecord([
      ['area', ipv4],
      ['routeType', u8],
      ['options', u8],
    ]),
  ),
  row(
    0x03,
    0x0b,
    'color',
    fixedRecord([
      ['flags', u16],
      ['color', u32],
    ]),
  ), // RFC 9012 §4.3
  row(
    0x03,
    0x0c,
    'encapsulation',
    fixedRecord([
      [null, u32],
      ['tunnelType', u16],
    ]),
  ), // RFC 9012 §4.1
  row(
    0x03,
    0x0d,
    'default-gateway',
    fixedRecord([
      [null, u32],
      [null, u16],
    ]),
  ), // RFC 7432 §7.8
  row(
    0x03,
    0x00,
    'origin-validation',
    fixedRecord([
      [null, u32],
      [null, u8],
      ['state', u8],
    ]),
  ), // RFC 8097 §2
  row(
    0x06,
    0x00,
    'mac-mobility',
    fixedRecord([
      ['flags', u8],
      [null, u8],
      ['sequence', u32],
    ]),
  ), // RFC 7432 §7.7
  row(
    0x06,
    0x01,
    'esi-label',
    fixedRecord([
      ['flags', u8],
      [null, u16],
      ['label', u24],
    ]),
  ), // RFC 7432 §7.5
  row(0x06, 0x02, 'es-import', mac), // RFC 7432 §7.6
  row(0x06, 0x03, 'router-mac', mac), // RFC 9135 §8.1
  row(
    0x06,
    0x04,
    'layer2-attributes',
    fixedRecord([
      ['flags', u16],
      ['mtu', u16],
      [null, u16],
    ]),
  ), // RFC 8214 §3.1
  row(
    0x06,
    0x05,
    'e-tree',
    fixedRecord([
      ['flags', u8],
      [null, u16],
      ['label', u24],
    ]),
  ), // RFC 8317 §5.1
  row(
    0x06,
    0x06,
    'df-election',
    fixedRecord([
      ['algorithm', u8],
      ['capabilities', u16],
      [null, u24],
    ]),
  ), // RFC 8584 §2.2
  row(0x0c, 0x00, 'mup-direct-segment', administrator(0)),
  row(0x80, 0x06, 'traffic-rate-bytes', rate), // RFC 8955 §7.1
  row(
    0x80,
    0x07,
    'traffic-action',
    fixedRecord([
      [null, u32],
      [null, u8],
      ['flags', u8],
    ]),
  ), // RFC 8955 §7.3
  ...administered(0x80, 0x08, 'redirect'), // RFC 8955 §7.4
  row(
    0x80,
    0x09,
    'traffic-marking',
    fixedRecord([
      [null, u32],
      [null, u8],
      ['dscp', u8],
    ]),
  ), // RFC 8955 §7.5
  row(
    0x80,
    0x0a,
    'layer2-info',
    fixedRecord([
      ['encapsulation', u8],
      ['flags', u8],
      ['mtu', u16],
      ['preference', u16],
    ]),
  ), // RFC 4761 §3.2.4
  row(0x80, 0x0c, 'traffic-rate-packets', rate), // RFC 8955 §7.2
];

const BY_CODE: ReadonlyMap<number, Row> = new Map(ROWS.map((one) => [(one.high << 8) | one.sub, one]));

/** What the eight octets at `at` say. */
export function showExtendedCommunity(bytes: Uint8Array, at: number): ExtendedCommunity {
  const high = bytes[at]!;
  const one = BY_CODE.get(((high & ~NON_TRANSITIVE) << 8) | bytes[at + 1]!);
  const hex = toHex(bytes, at, at + 8);
  const transitive = (high & NON_TRANSITIVE) === 0;
  return one === undefined
    ? { type: 'unknown', transitive, hex }
    : { type: one.name, value: one.kind.read(bytes, at + 2, at + 8), transitive, hex };
}

/**
 * An extended community of 16 hex digits, as `PathAttributes` has them, by what it says. Throws `BGP_ERR_ATTRIBUTE` for
 * other text.
 *
 * @example
 * describeExtendedCommunity('0002fc0000000001').type; // 'route-target'
 */
export function describeExtendedCommunity(hex: string): ExtendedCommunity {
  const octets = fromHex(hex);
  if (octets?.length !== 8) refuseAttribute('extendedCommunities', hex, 'must be 16 hex digits');
  return showExtendedCommunity(octets, 0);
}

/**
 * The 16 hex digits of an extended community. Throws `BGP_ERR_ATTRIBUTE` for a type without a name, or a value that it
 * cannot have.
 *
 * @example
 * ```ts
 * import { encodeExtendedCommunity } from '@peerage/bgp/codec';
 * encodeExtendedCommunity('route-target', '65000:100'); // '0002fde800000064'
 * ```
 */
export function encodeExtendedCommunity(type: string, value: unknown, transitive = true): string {
  const named = ROWS.filter((one) => one.name === type);
  const index = administratorIndex(value);
  const one = named.length === 1 ? named[0] : (named.find(({ high }) => (high & 3) === index) ?? named[0]);
  if (one === undefined) {
    const names = [...new Set(ROWS.map(({ name }) => name))].join(', ');
    refuseAttribute('extendedCommunities', type, `must be one of ${names}`);
  }
  const out = new ByteWriter(64);
  out.u8(one.high | (transitive ? 0 : NON_TRANSITIVE));
  out.u8(one.sub);
  writeValue(() => one.kind.write(type, value, out));
  return toHex(out.view());
}
