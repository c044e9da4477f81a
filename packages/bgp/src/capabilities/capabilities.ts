import { CapabilityCode } from '../iana/capability-code.js';
import { ErrorCode, OpenError } from '../iana/error-code.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { fail, ok, type Result, resetFault } from '../wire/result.js';
import type { Capability } from './capability.js';
import { type CapabilityRow, capabilityTable } from './capability-table.js';
import { checkCapability } from './check-capability.js';
import { refuseField } from './message-field.js';

const ROW_BY_CODE: ReadonlyMap<number, CapabilityRow> = new Map(
  capabilityTable.map((row) => [row.code, row]),
);
const ROW_BY_NAME: ReadonlyMap<string, CapabilityRow> = new Map(
  capabilityTable.map((row) => [row.name, row]),
);

/** Least length of an ORF capability (RFC 5291 §5): one entry of one type. It is checked, not used. */
const ORF_LEAST = 5;

/**
 * Reads a run of capabilities, as the value of one optional parameter holds it (RFC 5492 §4):
 *
 * ```
 * code (1) | length (1) | value (length) | code …
 * ```
 *
 * Refuses (2/0) what runs over the end and malformed values of capabilities that a session cannot do without.
 *
 * @example
 * decodeCapabilities(fromHex('0200')); // { ok: true, value: [{ name: 'route-refresh' }] }
 */
export function decodeCapabilities(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Result<Capability[]> {
  const found: Capability[] = [];
  const malformed = (at: number, message: string): Result<Capability[]> =>
    fail(resetFault(ErrorCode.Open, OpenError.Unspecific, at, message));
  for (let at = start; at < end; ) {
    if (at + 2 > end) return malformed(at, 'a capability is cut off after its code');
    const code = bytes[at]!;
    const stop = at + 2 + bytes[at + 1]!;
    if (stop > end) return malformed(at + 1, `capability ${code} runs over the end of its parameter`);
    const value = bytes.slice(at + 2, stop);
    if (code === CapabilityCode.OutboundRouteFiltering && value.length < ORF_LEAST) {
      return malformed(at + 1, `capability ${code} has ${value.length} octets, too few`);
    }
    const row = ROW_BY_CODE.get(code);
    const decoded = row?.decode(value) ?? null;
    if (decoded === null && row?.essential === true) {
      return malformed(at + 1, `capability ${code} (${row.name}) must not have ${value.length} octets`);
    }
    found.push(decoded ?? { name: 'unknown', code, value });
    at = stop;
  }
  return ok(found);
}

/** Code of a capability (IANA). */
export function capabilityCode(capability: Capability): number {
  return capability.name === 'unknown' ? capability.code : ROW_BY_NAME.get(capability.name)!.code;
}

/** Appends one capability with code and length. Throws `BGP_ERR_MESSAGE`, with its place, for one that cannot be sent. */
export function encodeCapability(capability: Capability, out: ByteWriter, path = 'capability'): void {
  checkCapability(path, capability);
  out.u8(capabilityCode(capability));
  const lengthAt = out.reserve(1);
  if (capability.name === 'unknown') out.copy(capability.value);
  else ROW_BY_NAME.get(capability.name)!.encode(capability, out);
  const length = out.length - lengthAt - 1;
  if (length > 255) refuseField(path, capability, 'of at most 255 octets (RFC 5492 §4)');
  out.patch8(lengthAt, length);
}

/**
 * A run of capabilities, as the data of a NOTIFICATION 2/7 lists them (RFC 5492 §5). Throws `BGP_ERR_MESSAGE`.
 *
 * @example
 * toHex(encodeCapabilities([{ name: 'route-refresh' }])); // '0200'
 */
export function encodeCapabilities(capabilities: readonly Capability[]): Uint8Array {
  const out = new ByteWriter(256);
  if (!Array.isArray(capabilities)) refuseField('capabilities', capabilities, 'a list of capabilities');
  for (const [i, capability] of capabilities.entries())
    encodeCapability(capability, out, `capabilities[${i}]`);
  return out.slice();
}
