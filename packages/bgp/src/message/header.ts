import { ErrorCode, HeaderError } from '../iana/error-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { type Fault, resetFault } from '../wire/result.js';
import { HEADER_LENGTH, LEAST_LENGTH, MAX_MESSAGE, MessageType } from './message-type.js';

/**
 * Checks the header at `at`, of which all 19 octets are there (RFC 4271 §4.1, §6.1):
 *
 * ```
 * marker, all ones (16) | length (2) | type (1)
 * ```
 *
 * Only OPEN and KEEPALIVE keep the limit of 4096 octets once longer messages are negotiated (RFC 8654 §4).
 */
export function checkHeader(bytes: Uint8Array, at: number, maxMessage: number): Fault | null {
  for (let i = at; i < at + 16; i++) {
    if (bytes[i] !== 0xff) {
      return resetFault(
        ErrorCode.MessageHeader,
        HeaderError.NotSynchronized,
        i,
        'the marker is not all ones',
      );
    }
  }
  const length = (bytes[at + 16]! << 8) | bytes[at + 17]!;
  const type = bytes[at + 18]!;
  const limit = type === MessageType.Open ? Math.min(MAX_MESSAGE, maxMessage) : maxMessage;
  const known = type >= MessageType.Open && type <= MessageType.RouteRefresh;
  const least = known ? LEAST_LENGTH[type as MessageType] : HEADER_LENGTH;
  const most = type === MessageType.Keepalive ? HEADER_LENGTH : limit;
  if (length < HEADER_LENGTH || length > limit || (known && (length < least || length > most))) {
    return resetFault(
      ErrorCode.MessageHeader,
      HeaderError.BadLength,
      at + 16,
      `a message of type ${type} must not have ${length} octets (${least} … ${most})`,
      bytes.slice(at + 16, at + 18),
    );
  }
  if (!known) {
    return resetFault(
      ErrorCode.MessageHeader,
      HeaderError.BadType,
      at + 18,
      `unknown message type ${type}`,
      bytes.slice(at + 18, at + 19),
    );
  }
  return null;
}

/** Appends a header whose length `endMessage` fills in. Returns where it is. */
export function beginMessage(out: ByteWriter, type: MessageType): number {
  const at = out.reserve(HEADER_LENGTH);
  out.bytes.fill(0xff, at, at + 16);
  out.bytes[at + 18] = type;
  return at;
}

/** Fills in the length of the message that `beginMessage` began at `at`. */
export function endMessage(out: ByteWriter, at: number): void {
  out.patch16(at + 16, out.length - at);
}
