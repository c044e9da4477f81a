import { checkFamily, checkInteger, checkOctets, fieldsOf } from '../capabilities/message-field.js';
import { ErrorCode, HeaderError, RouteRefreshError } from '../iana/error-code.js';
import { type Family, familyOf } from '../net/family.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { fail, ok, type Result, resetFault } from '../wire/result.js';
import { beginMessage, endMessage } from './header.js';
import { HEADER_LENGTH, MessageType } from './message-type.js';

/** Message subtypes (RFC 7313 §3.2): a request, and the marks around the answer. */
export const RefreshSubtype = { Request: 0, Begin: 1, End: 2 } as const;

/** A ROUTE-REFRESH (RFC 2918 §3, RFC 7313 §3.2). */
export interface RouteRefreshMessage {
  readonly family: Family;
  /** 0 request, 1 begin (BoRR), 2 end (EoRR); others are to be ignored (RFC 7313 §5). */
  readonly subtype: number;
  /** Octets after the four fixed ones: ORF entries of RFC 5291, which are not used. */
  readonly rest: Uint8Array;
}

/**
 * Decodes the whole ROUTE-REFRESH in `[start, end)`, header included, whose header has been checked:
 *
 * ```
 * AFI (2) | subtype (1) | SAFI (1)
 * ```
 *
 * @example
 * const decoded = decodeRouteRefresh(message);
 * if (decoded.ok) console.log(decoded.value.family.name, decoded.value.subtype);
 */
export function decodeRouteRefresh(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Result<RouteRefreshMessage> {
  const body = start + HEADER_LENGTH;
  const length = end - body;
  const subtype = length >= 3 ? bytes[body + 2]! : RefreshSubtype.Request;
  if (length !== 4 && (subtype === RefreshSubtype.Begin || subtype === RefreshSubtype.End)) {
    // RFC 7313 §5: the data is the whole message.
    const message = `a ROUTE-REFRESH of subtype ${subtype} must have a body of 4 octets, got ${length}`;
    const data = bytes.slice(start, end);
    return fail(
      resetFault(ErrorCode.RouteRefresh, RouteRefreshError.InvalidLength, start + 16, message, data),
    );
  }
  if (length < 4) {
    const message = `a ROUTE-REFRESH must have a body of at least 4 octets, got ${length}`;
    const data = bytes.slice(start + 16, start + 18);
    return fail(resetFault(ErrorCode.MessageHeader, HeaderError.BadLength, start + 16, message, data));
  }
  const family = familyOf((bytes[body]! << 8) | bytes[body + 1]!, bytes[body + 3]!);
  return ok({ family, subtype, rest: bytes.slice(body + 4, end) });
}

/**
 * The whole message. Throws `BGP_ERR_MESSAGE` for a field that does not fit.
 *
 * @example
 * toHex(encodeRouteRefresh({ family: IPV6_UNICAST }).subarray(19)); // '00020001'
 */
export function encodeRouteRefresh(message: {
  readonly family: Family;
  readonly subtype?: number;
  readonly rest?: Uint8Array;
}): Uint8Array {
  const { family, subtype, rest } = fieldsOf('routeRefresh', message, 'an object with a family');
  checkFamily('routeRefresh.family', family);
  if (subtype !== undefined) checkInteger('routeRefresh.subtype', subtype, 0xff);
  if (rest !== undefined) checkOctets('routeRefresh.rest', rest);
  const out = new ByteWriter(32);
  const at = beginMessage(out, MessageType.RouteRefresh);
  out.u16(message.family.afi);
  out.u8(message.subtype ?? RefreshSubtype.Request);
  out.u8(message.family.safi);
  if (message.rest !== undefined) out.copy(message.rest);
  endMessage(out, at);
  return out.slice();
}
