import { LinuxError } from '../errors.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import type { SocketAddress } from './socket-address.js';

/** `setsockopt` names at level `IPPROTO_TCP`. */
export const TCP_MD5SIG = 14;
export const TCP_MD5SIG_EXT = 32;

const prefixFlag = 1;
const longestKey = 80;
const storageLength = 128;

/*
 * struct tcp_md5sig, 216 octets; key length and interface in the host's byte order:
 *
 *    0                  128   129        130        132       136        216
 *   +------------------+-----+----------+----------+---------+----------+
 *   | sockaddr_storage |flags|prefix len|key length|interface|   key    |
 *   +------------------+-----+----------+----------+---------+----------+
 */
const keyOptionLength = 216;

/** The option that asks for signed segments from a peer; without a key it takes that back. */
export function encodeMd5Key(
  peer: SocketAddress,
  prefixLength: number | null,
  key: Uint8Array | null,
): Uint8Array {
  if (key !== null && (key.length < 1 || key.length > longestKey)) {
    const message = `a TCP MD5 key has 1 to ${longestKey} octets, got ${key.length}`;
    throw new LinuxError('LINUX_ERR_ARGUMENT', message);
  }
  const option = new Uint8Array(keyOptionLength);
  const view = new DataView(option.buffer);
  option.set(peer.bytes, 0);
  if (prefixLength !== null) {
    option[storageLength] = prefixFlag;
    option[storageLength + 1] = prefixLength;
  }
  view.setUint16(storageLength + 2, key?.length ?? 0, hostIsLittleEndian);
  if (key !== null) option.set(key, storageLength + 8);
  return option;
}
