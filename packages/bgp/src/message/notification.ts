import { CeaseError, ERROR_NAMES, ErrorCode, HeaderError } from '../iana/error-code.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { Parser } from '../wire/layout.js';
import { fail, ok, type Result, resetFault } from '../wire/result.js';
import { beginMessage, endMessage } from './header.js';
import { HEADER_LENGTH, MAX_MESSAGE, MessageType } from './message-type.js';

/** A NOTIFICATION (RFC 4271 §4.5). */
export interface NotificationMessage {
  readonly code: number;
  readonly subcode: number;
  readonly data: Uint8Array;
}

const fixedLayout = new Parser().uint8('code').uint8('subcode');

/**
 * Decodes the whole NOTIFICATION in `[start, end)`, header included, whose header has been checked.
 *
 * @example
 * decodeNotification(encodeNotification({ code: 6, subcode: 4 })).ok; // true
 */
export function decodeNotification(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Result<NotificationMessage> {
  const body = start + HEADER_LENGTH;
  if (end - body < 2) {
    const message = `a NOTIFICATION of ${end - start} octets is too short`;
    return fail(resetFault(ErrorCode.MessageHeader, HeaderError.BadLength, start + 16, message));
  }
  const { code, subcode } = fixedLayout.parse(bytes.subarray(body, body + 2)) as Record<
    'code' | 'subcode',
    number
  >;
  return ok({ code, subcode, data: bytes.slice(body + 2, end) });
}

/**
 * The whole message. Data that would pass 4096 octets is cut.
 *
 * @example
 * encodeNotification({ code: ErrorCode.Cease, subcode: CeaseError.AdministrativeReset }).length; // 21
 */
export function encodeNotification(notification: {
  readonly code: number;
  readonly subcode: number;
  readonly data?: Uint8Array;
}): Uint8Array {
  const out = new ByteWriter(64);
  const at = beginMessage(out, MessageType.Notification);
  out.u8(notification.code);
  out.u8(notification.subcode);
  const data = notification.data ?? new Uint8Array(0);
  out.copy(data, 0, Math.min(data.length, MAX_MESSAGE - HEADER_LENGTH - 2));
  endMessage(out, at);
  return out.slice();
}

/**
 * `Cease / Administrative Shutdown`; numbers where IANA has no name.
 *
 * @example
 * notificationText(6, 2); // 'Cease / Administrative Shutdown'
 */
export function notificationText(code: number, subcode: number): string {
  const names = ERROR_NAMES[code];
  if (names === undefined) return `error ${code} / ${subcode}`;
  if (subcode === 0) return names.name;
  return `${names.name} / ${names.subcodes[subcode] ?? `subcode ${subcode}`}`;
}

const mayCarryText = (code: number, subcode: number): boolean =>
  code === ErrorCode.Cease &&
  (subcode === CeaseError.AdministrativeShutdown || subcode === CeaseError.AdministrativeReset);

/**
 * Text that the operator at the other end left (RFC 9003 §2): in Cease 6/2 and 6/4, also inside a Hard Reset (RFC 8538
 * §3.1). Undefined when there is none, or when it is not valid UTF-8 of the length it says.
 *
 * @example
 * shutdownCommunication({ code: 6, subcode: 2, data: encodeShutdownCommunication('bye') }); // 'bye'
 */
export function shutdownCommunication(notification: NotificationMessage): string | undefined {
  const { code, subcode, data } = notification;
  if (code === ErrorCode.Cease && subcode === CeaseError.HardReset && data.length >= 2) {
    return shutdownCommunication({ code: data[0]!, subcode: data[1]!, data: data.subarray(2) });
  }
  if (!mayCarryText(code, subcode) || data.length === 0) return undefined;
  const length = data[0]!;
  if (length === 0 || 1 + length > data.length) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data.subarray(1, 1 + length));
  } catch {
    return undefined;
  }
}

/**
 * Data of a Cease with a text of at most 255 octets of UTF-8 (RFC 9003 §2); more is cut between characters.
 *
 * @example
 * toHex(encodeShutdownCommunication('bye')); // '03627965'
 */
export function encodeShutdownCommunication(text: string): Uint8Array {
  const out = new ByteWriter(64);
  const encoder = new TextEncoder();
  const lengthAt = out.reserve(1);
  for (const character of text) {
    const octets = encoder.encode(character);
    if (out.length - 1 + octets.length > 255) break;
    out.copy(octets);
  }
  out.patch8(lengthAt, out.length - 1);
  return out.slice();
}

/** A Cease as Hard Reset: its error code and subcode come first in the data (RFC 8538 §3.1). */
export function hardReset(cease: { readonly subcode: number; readonly data: Uint8Array }): {
  readonly subcode: number;
  readonly data: Uint8Array;
} {
  const data = new Uint8Array(2 + cease.data.length);
  data.set([ErrorCode.Cease, cease.subcode]);
  data.set(cease.data, 2);
  return { subcode: CeaseError.HardReset, data };
}
