import { valueEnd, valueStart } from '../attributes/attribute-header.js';
import type { ShowOptions } from '../attributes/attribute-row.js';
import { attributeRow } from '../attributes/attribute-table.js';
import { asOf } from '../capabilities/negotiate.js';
import { showCapability } from '../capabilities/show-capability.js';
import { AttributeFlag } from '../iana/attribute-code.js';
import { u32ToAddress } from '../net/address.js';
import { IPV4_UNICAST } from '../net/family.js';
import { type ShownNlri, showNlri } from '../nlri/show-nlri.js';
import { toHex } from '../wire/hex.js';
import { type Fault, resetFault } from '../wire/result.js';
import { checkHeader } from './header.js';
import { HEADER_LENGTH, MAX_EXTENDED_MESSAGE, MessageType } from './message-type.js';
import { decodeNotification, notificationText, shutdownCommunication } from './notification.js';
import { decodeOpen, vetOpenFields } from './open.js';
import { decodeRouteRefresh, RefreshSubtype } from './route-refresh.js';
import type { UpdateContext } from './update-context.js';
import { UpdateReader } from './update-reader.js';

/** What a single message does not say about itself. */
export interface DecodeOptions {
  /** AS numbers in UPDATEs have two octets. Default: four. */
  readonly as2?: boolean;
  /** NLRI have path identifiers (RFC 7911). Default: not. */
  readonly addPath?: boolean;
}

/** Why a message cannot be decoded. */
export interface DecodeError {
  readonly error: {
    /** Error code and subcode of the NOTIFICATION that a speaker would send: `1/2`. */
    readonly code: string;
    readonly message: string;
    /** Offset of the first octet that is wrong, from the start of the message. */
    readonly offset: number;
  };
}

/** A fault that leaves the message readable (RFC 7606): what it does to the attribute or to the routes. */
export interface ShownFault {
  readonly severity: 'discard' | 'withdraw';
  readonly code: string;
  readonly message: string;
  readonly offset: number;
}

/** A path attribute as JSON. */
export interface ShownAttribute {
  readonly code: number;
  /** Name by IANA, absent for attributes that are not understood. */
  readonly name?: string;
  /** Names of the bits that are set: `optional`, `transitive`, `partial`, `extended-length`. */
  readonly flags: readonly string[];
  /** By attribute; `{hex}` for what is not understood or malformed. */
  readonly value: unknown;
}

/** A message as JSON. Prefixes are text, or `{pathId, prefix}` under add-path; octets are hex. */
export type DecodedMessage =
  | {
      readonly type: 'OPEN';
      readonly version: number;
      /** Of the four-octet AS capability where there is one, else of the field. */
      readonly as: number;
      readonly asField: number;
      readonly holdTime: number;
      readonly routerId: string;
      readonly capabilities: readonly Readonly<Record<string, unknown>>[];
    }
  | {
      readonly type: 'UPDATE';
      readonly withdrawn: readonly ShownNlri[] | { readonly hex: string };
      readonly attributes: readonly ShownAttribute[];
      readonly nlri: readonly ShownNlri[] | { readonly hex: string };
      /** Family of which this is the End-of-RIB marker (RFC 4724 §2). */
      readonly endOfRib?: string;
      readonly faults?: readonly ShownFault[];
    }
  | {
      readonly type: 'NOTIFICATION';
      readonly code: number;
      readonly subcode: number;
      /** `Cease / Administrative Shutdown` */
      readonly text: string;
      /** RFC 9003 */
      readonly communication?: string;
      readonly data: string;
    }
  | { readonly type: 'KEEPALIVE' }
  | {
      readonly type: 'ROUTE-REFRESH';
      readonly family: string;
      /** RFC 7313 §3.2 */
      readonly subtype: 'request' | 'begin' | 'end' | number;
      readonly rest?: string;
    };

const asError = (fault: Fault): DecodeError => ({
  error: { code: `${fault.code}/${fault.subcode}`, message: fault.message, offset: fault.offset },
});

/**
 * One whole message, header included, as a plain value that JSON can hold. Never throws: what cannot be decoded gives
 * `{error}`. Families and attributes that are not built are shown as hex, and nothing is asked of a session: messages of
 * up to 65535 octets and attributes that belong within an AS are taken.
 *
 * @example
 * ```ts
 * import { decodeMessage } from '@peerage/bgp/codec';
 * const keepalive = new Uint8Array(19).fill(0xff);
 * keepalive.set([0, 19, 4], 16);
 * console.log(decodeMessage(keepalive)); // { type: 'KEEPALIVE' }
 * ```
 */
export function decodeMessage(bytes: Uint8Array, options: DecodeOptions = {}): DecodedMessage | DecodeError {
  const fault = checkWhole(bytes);
  if (fault !== null) return asError(fault);
  switch (bytes[18]) {
    case MessageType.Open:
      return showOpen(bytes);
    case MessageType.Update:
      return showUpdate(bytes, { as4: options.as2 !== true, addPath: options.addPath === true });
    case MessageType.Notification:
      return showNotification(bytes);
    case MessageType.RouteRefresh:
      return showRouteRefresh(bytes);
    default:
      return { type: 'KEEPALIVE' };
  }
}

function checkWhole(bytes: Uint8Array): Fault | null {
  const bad = (offset: number, message: string): Fault => resetFault(1, 2, offset, message);
  if (bytes.length < HEADER_LENGTH) {
    return bad(bytes.length, `a message has at least ${HEADER_LENGTH} octets, got ${bytes.length}`);
  }
  const fault = checkHeader(bytes, 0, MAX_EXTENDED_MESSAGE);
  if (fault !== null) return fault;
  const length = (bytes[16]! << 8) | bytes[17]!;
  if (length === bytes.length) return null;
  return bad(Math.min(16, bytes.length), `the header says ${length} octets, there are ${bytes.length}`);
}

function showOpen(bytes: Uint8Array): DecodedMessage | DecodeError {
  const decoded = decodeOpen(bytes);
  if (!decoded.ok) return asError(decoded.fault);
  const open = decoded.value;
  const fault = vetOpenFields(open);
  if (fault !== null) return asError(fault);
  return {
    type: 'OPEN',
    version: open.version,
    as: asOf(open),
    asField: open.as,
    holdTime: open.holdTime,
    routerId: u32ToAddress(open.routerId),
    capabilities: open.capabilities.map(showCapability),
  };
}

function showUpdate(bytes: Uint8Array, options: ShowOptions): DecodedMessage | DecodeError {
  const context: UpdateContext = {
    as4: options.as4,
    type: 'internal',
    localAs: 0,
    peerAs: 0,
    receives: () => true,
    addPath: () => options.addPath,
    maxMessage: MAX_EXTENDED_MESSAGE,
  };
  const reader = new UpdateReader(context);
  const outcome = reader.read(bytes, HEADER_LENGTH, bytes.length);
  if (outcome === 'reset' && reader.fault !== null) return asError(reader.fault);
  const faults: ShownFault[] = [];
  for (const fault of reader.fault === null ? [] : new Set([...reader.discarded, reader.fault])) {
    const { severity, code, subcode, message, offset } = fault;
    if (severity !== 'reset') faults.push({ severity, code: `${code}/${subcode}`, message, offset });
  }
  const { addPath } = options;
  return {
    type: 'UPDATE',
    withdrawn: showNlri(IPV4_UNICAST, bytes, reader.withdrawnStart, reader.withdrawnEnd, addPath),
    attributes: showAttributes(bytes, reader.attributesStart, reader.attributesEnd, context, options),
    nlri: showNlri(IPV4_UNICAST, bytes, reader.nlriStart, reader.nlriEnd, addPath),
    ...(reader.endOfRib === null ? {} : { endOfRib: reader.endOfRib.name }),
    ...(faults.length === 0 ? {} : { faults }),
  };
}

/** All attributes in the order of the message, as far as their headers are whole. */
function showAttributes(
  bytes: Uint8Array,
  start: number,
  end: number,
  context: UpdateContext,
  options: ShowOptions,
): ShownAttribute[] {
  const shown: ShownAttribute[] = [];
  for (let at = start; at + 3 <= end; ) {
    const value = valueStart(bytes, at);
    if (value > end) break;
    const stop = valueEnd(bytes, at);
    if (stop > end) break;
    const code = bytes[at + 1]!;
    const row = attributeRow(code);
    const readable = row !== undefined && row.check(bytes, value, stop, context) === 0;
    shown.push({
      code,
      ...(row === undefined ? {} : { name: row.name }),
      flags: showFlags(bytes[at]!),
      value: readable ? row.show(bytes, value, stop, options) : { hex: toHex(bytes, value, stop) },
    });
    at = stop;
  }
  return shown;
}

function showFlags(flags: number): string[] {
  const names: string[] = [];
  if ((flags & AttributeFlag.Optional) !== 0) names.push('optional');
  if ((flags & AttributeFlag.Transitive) !== 0) names.push('transitive');
  if ((flags & AttributeFlag.Partial) !== 0) names.push('partial');
  if ((flags & AttributeFlag.ExtendedLength) !== 0) names.push('extended-length');
  return names;
}

function showNotification(bytes: Uint8Array): DecodedMessage | DecodeError {
  const decoded = decodeNotification(bytes);
  if (!decoded.ok) return asError(decoded.fault);
  const { code, subcode, data } = decoded.value;
  const communication = shutdownCommunication(decoded.value);
  return {
    type: 'NOTIFICATION',
    code,
    subcode,
    text: notificationText(code, subcode),
    ...(communication === undefined ? {} : { communication }),
    data: toHex(data),
  };
}

function showRouteRefresh(bytes: Uint8Array): DecodedMessage | DecodeError {
  const decoded = decodeRouteRefresh(bytes);
  if (!decoded.ok) return asError(decoded.fault);
  const { family, subtype, rest } = decoded.value;
  const names: Readonly<Record<number, 'request' | 'begin' | 'end'>> = {
    [RefreshSubtype.Request]: 'request',
    [RefreshSubtype.Begin]: 'begin',
    [RefreshSubtype.End]: 'end',
  };
  return {
    type: 'ROUTE-REFRESH',
    family: family.name,
    subtype: names[subtype] ?? subtype,
    ...(rest.length === 0 ? {} : { rest: toHex(rest) }),
  };
}
