import { decodeCapabilities, encodeCapability } from '../capabilities/capabilities.js';
import type { Capability } from '../capabilities/capability.js';
import { checkInteger, fieldsOf, refuseField } from '../capabilities/message-field.js';
import { asOf, findCapability } from '../capabilities/negotiate.js';
import { BgpError } from '../errors.js';
import { AS_TRANS } from '../iana/attribute-code.js';
import { ErrorCode, OpenError } from '../iana/error-code.js';
import { u32ToAddress } from '../net/address.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { Parser } from '../wire/layout.js';
import { type Fault, fail, ok, type Result, resetFault } from '../wire/result.js';
import { beginMessage, endMessage } from './header.js';
import { HEADER_LENGTH, MAX_MESSAGE, MessageType } from './message-type.js';

/** An OPEN (RFC 4271 §4.2). */
export interface OpenMessage {
  readonly version: number;
  /** The two-octet field: AS_TRANS (23456) when the AS number needs four octets. */
  readonly as: number;
  /** Seconds. */
  readonly holdTime: number;
  /** BGP identifier, unsigned. */
  readonly routerId: number;
  /** In the order of the message, duplicates included. */
  readonly capabilities: readonly Capability[];
}

const VERSION = 4;
const CAPABILITIES_PARAMETER = 2;
/** Marks extended parameters, both as length and as first type (RFC 9072 §2). */
const EXTENDED = 255;

/** ```
 * version (1) | my AS (2) | hold time (2) | identifier (4) | length of parameters (1) | parameters
 * ``` */
const fixedLayout = new Parser()
  .uint8('version')
  .uint16('as')
  .uint16('holdTime')
  .uint32('routerId')
  .uint8('parametersLength');

interface FixedPart {
  readonly version: number;
  readonly as: number;
  readonly holdTime: number;
  readonly routerId: number;
  readonly parametersLength: number;
}

const openFault = (subcode: number, offset: number, message: string, data?: Uint8Array): Fault =>
  resetFault(ErrorCode.Open, subcode, offset, message, data);

/**
 * Decodes the whole OPEN in `[start, end)`, header included, whose header has been checked. Refuses other versions (2/1),
 * parameters that are not capabilities (2/4) and parameters that do not fit (2/0). What depends on the peer's
 * configuration is left to `vetOpen`.
 *
 * @example
 * const decoded = decodeOpen(message);
 * if (decoded.ok) console.log(asOf(decoded.value), decoded.value.holdTime);
 * else console.log(decoded.fault.code, decoded.fault.subcode, decoded.fault.message);
 */
export function decodeOpen(bytes: Uint8Array, start = 0, end: number = bytes.length): Result<OpenMessage> {
  const body = start + HEADER_LENGTH;
  if (end - body < 10)
    return fail(openFault(OpenError.Unspecific, end, `an OPEN of ${end - start} octets is too short`));
  const fixed = fixedLayout.parse(bytes.subarray(body, body + 10)) as FixedPart;
  if (fixed.version !== VERSION) {
    // RFC 4271 §6.2: the data is the largest version we support, as two octets.
    const message = `BGP version ${fixed.version} is not supported, only ${VERSION}`;
    return fail(openFault(OpenError.UnsupportedVersion, body, message, Uint8Array.of(0, VERSION)));
  }
  const capabilities = decodeParameters(bytes, body + 10, end, fixed.parametersLength);
  if (!capabilities.ok) return capabilities;
  const { version, as, holdTime, routerId } = fixed;
  return ok({ version, as, holdTime, routerId, capabilities: capabilities.value });
}

/**
 * Optional parameters (RFC 5492 §4), also in the extended form of RFC 9072 §2, which is told by a first type of 255:
 *
 * ```
 * type (1) | length (1) | value …          255 (1) | length of all (2) | type (1) | length (2) | value …
 * ```
 */
function decodeParameters(
  bytes: Uint8Array,
  at: number,
  end: number,
  length: number,
): Result<readonly Capability[]> {
  const extended = length !== 0 && at < end && bytes[at] === EXTENDED;
  let cursor = at;
  let stop = at + length;
  if (extended) {
    if (at + 3 > end)
      return fail(openFault(OpenError.Unspecific, at, 'the extended parameter length is cut off'));
    stop = at + 3 + ((bytes[at + 1]! << 8) | bytes[at + 2]!);
    cursor = at + 3;
  }
  if (stop !== end) {
    const message = `optional parameters of ${stop - cursor} octets do not fill the ${end - cursor} that are there`;
    return fail(openFault(OpenError.Unspecific, at - 1, message));
  }
  return decodeParameterList(bytes, cursor, end, extended);
}

/** Reads a run of optional parameters; `extended` for those with two length octets (RFC 9072 §2). */
export function decodeParameterList(
  bytes: Uint8Array,
  start: number,
  end: number,
  extended: boolean,
): Result<readonly Capability[]> {
  const found: Capability[] = [];
  const headerSize = extended ? 3 : 2;
  for (let at = start; at < end; ) {
    if (at + headerSize > end)
      return fail(openFault(OpenError.Unspecific, at, 'an optional parameter is cut off'));
    const type = bytes[at]!;
    const length = extended ? (bytes[at + 1]! << 8) | bytes[at + 2]! : bytes[at + 1]!;
    const stop = at + headerSize + length;
    if (stop > end) {
      return fail(
        openFault(OpenError.Unspecific, at + 1, `optional parameter ${type} runs over the end of the OPEN`),
      );
    }
    if (type !== CAPABILITIES_PARAMETER) {
      return fail(
        openFault(OpenError.UnsupportedParameter, at, `optional parameter type ${type} is not supported`),
      );
    }
    const capabilities = decodeCapabilities(bytes, at + headerSize, stop);
    if (!capabilities.ok) return capabilities;
    found.push(...capabilities.value);
    at = stop;
  }
  return ok(found);
}

/**
 * The whole message. All capabilities go into one parameter when they fit (RFC 5492 §4), into several otherwise, and
 * into the extended form (RFC 9072) over 255 octets. Throws `BGP_ERR_MESSAGE_SIZE` when it would pass 4096 octets,
 * and `BGP_ERR_MESSAGE` for a field that does not fit.
 *
 * @example
 * encodeOpen(createOpen({ localAs: 64512, holdTime: 90, routerId: 1, capabilities: [] })).length; // 37
 */
export function encodeOpen(open: OpenMessage): Uint8Array {
  checkOpen(open);
  const out = new ByteWriter(256);
  const at = beginMessage(out, MessageType.Open);
  out.u8(open.version);
  out.u16(open.as);
  out.u16(open.holdTime);
  out.u32(open.routerId);
  const capabilities = new ByteWriter(256);
  for (const [i, capability] of open.capabilities.entries()) {
    encodeCapability(capability, capabilities, `open.capabilities[${i}]`);
  }
  const { length } = capabilities;
  if (length === 0) {
    out.u8(0);
  } else if (length + 2 <= 254) {
    out.u8(length + 2);
    out.u8(CAPABILITIES_PARAMETER);
    out.u8(length);
  } else {
    out.u8(EXTENDED);
    out.u8(EXTENDED);
    out.u16(length + 3);
    out.u8(CAPABILITIES_PARAMETER);
    out.u16(length);
  }
  out.copy(capabilities.bytes, 0, length);
  if (out.length - at > MAX_MESSAGE) {
    throw new BgpError(
      'BGP_ERR_MESSAGE_SIZE',
      `an OPEN must not pass ${MAX_MESSAGE} octets, got ${out.length - at}; offer fewer capabilities`,
    );
  }
  endMessage(out, at);
  return out.slice();
}

function checkOpen(open: unknown): void {
  const { version, as, holdTime, routerId, capabilities } = fieldsOf('open', open, 'an OPEN message');
  checkInteger('open.version', version, 0xff);
  checkInteger('open.as', as, 0xffff);
  checkInteger('open.holdTime', holdTime, 0xffff);
  checkInteger('open.routerId', routerId, 0xffffffff);
  if (!Array.isArray(capabilities)) {
    refuseField('open.capabilities', capabilities, 'a list of capabilities');
  }
}

/**
 * An OPEN of ours: the AS field is AS_TRANS where it must be, and the four-octet AS capability is added (RFC 6793 §4.1).
 *
 * @example
 * createOpen({ localAs: 4200000000, holdTime: 90, routerId: 1, capabilities: [] }).as; // 23456
 */
export function createOpen(local: {
  readonly localAs: number;
  /** Seconds. */
  readonly holdTime: number;
  readonly routerId: number;
  readonly capabilities: readonly Capability[];
}): OpenMessage {
  const { localAs, holdTime, routerId, capabilities } = local;
  const told = findCapability(capabilities, 'four-octet-as') !== undefined;
  return {
    version: VERSION,
    as: localAs > 0xffff ? AS_TRANS : localAs,
    holdTime,
    routerId,
    capabilities: told ? capabilities : [...capabilities, { name: 'four-octet-as', as: localAs }],
  };
}

/** Offsets of the fixed fields in a whole message, for faults. */
const FIELD = { as: 20, holdTime: 22, routerId: 24 } as const;

function vetHoldTime(open: OpenMessage): Fault | null {
  if (open.holdTime !== 1 && open.holdTime !== 2) return null;
  const message = `hold time must be 0 or at least 3 seconds, got ${open.holdTime}`;
  return openFault(OpenError.UnacceptableHoldTime, FIELD.holdTime, message);
}

function vetIdentifier(open: OpenMessage): Fault | null {
  if (open.routerId !== 0) return null;
  return openFault(OpenError.BadIdentifier, FIELD.routerId, 'BGP identifier 0.0.0.0 is not valid');
}

function vetReservedAs(open: OpenMessage): Fault | null {
  // RFC 7607 §2: AS 0 must be refused.
  if (open.as !== 0 && asOf(open) !== 0) return null;
  return openFault(OpenError.BadPeerAs, FIELD.as, 'AS 0 is reserved');
}

/** As the AS that is expected of a peer: any but our own. */
export const ANY_OTHER_AS = 0;

function vetAs(open: OpenMessage, expected: number, localAs: number): Fault | null {
  const reserved = vetReservedAs(open);
  if (reserved !== null) return reserved;
  const as = asOf(open);
  if (expected === ANY_OTHER_AS ? as === localAs : as !== expected) {
    if (expected === ANY_OTHER_AS) {
      return openFault(OpenError.BadPeerAs, FIELD.as, `the peer's AS must be another than ours, ${localAs}`);
    }
    return openFault(OpenError.BadPeerAs, FIELD.as, `the peer's AS must be ${expected}, got ${as}`);
  }
  // RFC 6793 §4.1: the field is the AS number itself or AS_TRANS.
  if (open.as !== as && open.as !== AS_TRANS) {
    const message = `the AS field says ${open.as}, the four-octet AS capability ${as}`;
    return openFault(OpenError.BadPeerAs, FIELD.as, message);
  }
  return null;
}

/**
 * Checks what can be judged without knowing who should be at the other end (RFC 4271 §6.2): AS 0, hold time, identifier.
 *
 * @example
 * vetOpenFields(createOpen({ localAs: 64512, holdTime: 1, routerId: 1, capabilities: [] }))?.subcode; // 6
 */
export function vetOpenFields(open: OpenMessage): Fault | null {
  return vetReservedAs(open) ?? vetHoldTime(open) ?? vetIdentifier(open);
}

/**
 * Checks an OPEN against the configured peer: AS (2/2), hold time (2/6), identifier (2/3), in this order.
 *
 * @example
 * const fault = vetOpen(open, { localAs: 64512, localRouterId: 0xc0000201, remoteAs: 64513 });
 * if (fault !== null) console.log(fault.message);
 */
export function vetOpen(
  open: OpenMessage,
  expected: { readonly localAs: number; readonly localRouterId: number; readonly remoteAs: number },
): Fault | null {
  const fault = vetAs(open, expected.remoteAs, expected.localAs) ?? vetHoldTime(open) ?? vetIdentifier(open);
  if (fault !== null) return fault;
  // RFC 6286 §2.2: identifiers need to differ within an AS only.
  if (open.routerId === expected.localRouterId && asOf(open) === expected.localAs) {
    const message = `BGP identifier ${u32ToAddress(open.routerId)} is our own, within our own AS`;
    return openFault(OpenError.BadIdentifier, FIELD.routerId, message);
  }
  return null;
}
