import { LinuxError } from '../errors.js';
import { AF_INET6 } from '../libc.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import type { IpVersion, SocketAddress } from './socket-address.js';

/** Algorithms of TCP-AO: those of RFC 5926, and HMAC-SHA-256. */
export type AoAlgorithm = 'hmac-sha-1-96' | 'aes-128-cmac-96' | 'hmac-sha-256-128';

/** One master key tuple (RFC 5925 §3.1). */
export interface AoKey {
  /** KeyID in what we send, 0 to 255: the peer's `receiveId`. */
  readonly sendId: number;
  /** KeyID in what the peer sends with it, 0 to 255. */
  readonly receiveId: number;
  readonly algorithm: AoAlgorithm;
  /** 1 to 80 octets. */
  readonly secret: Uint8Array;
  /** Octets of the authentication code, 4 to 16. */
  readonly macLength: number;
  /** The other TCP options are covered too. */
  readonly coversOptions: boolean;
}

/** TCP-AO on one connection. Secrets are not in it. */
export interface AoState {
  readonly keys: readonly { readonly sendId: number; readonly receiveId: number }[];
  /** Key that we send with, by its `sendId`. */
  readonly sendsWith: number;
  /** Key that the peer is asked to send with (RNextKeyID), by its `receiveId`. */
  readonly asksFor: number;
  /** Segments that came with a right code, a wrong one, a key that is not ours, and without any. */
  readonly good: number;
  readonly bad: number;
  readonly unknownKey: number;
  readonly unsigned: number;
}

/** `setsockopt` names at level `IPPROTO_TCP`, since Linux 6.7. */
export const aoOption = { add: 38, delete: 39, info: 40, get: 41 } as const;

/** As the kernel's crypto calls them. */
const algorithms: Readonly<Record<AoAlgorithm, string>> = {
  'hmac-sha-1-96': 'hmac(sha1)',
  'aes-128-cmac-96': 'cmac(aes128)',
  'hmac-sha-256-128': 'hmac(sha256)',
};

const excludeOptionsFlag = 2;
const longestKey = 80;

/** A key with whom it is for. */
export interface AoPeer {
  readonly peer: SocketAddress;
  readonly prefix: number;
}

/*
 * struct tcp_ao_add, 288 octets:
 *
 *    0                  128         192       196   200  202    203    204   205    206   207    208
 *   +------------------+-----------+---------+-----+----+------+------+-----+------+-----+------+-----+
 *   | sockaddr_storage | algorithm |interface|flags|  - |prefix|sendId|recv.|mac   |flags|key   | key |
 *   |                  | text      |         |     |    |      |      |Id   |length|     |length|     |
 *   +------------------+-----------+---------+-----+----+------+------+-----+------+-----+------+-----+
 */
export function encodeAoKey({ peer, prefix }: AoPeer, key: AoKey): Uint8Array {
  const { secret } = key;
  if (secret.length < 1 || secret.length > longestKey) {
    const message = `a TCP-AO secret has 1 to ${longestKey} octets, got ${secret.length}`;
    throw new LinuxError('LINUX_ERR_ARGUMENT', message);
  }
  const option = new Uint8Array(288);
  option.set(peer.bytes, 0);
  option.set(new TextEncoder().encode(algorithms[key.algorithm]), 128);
  option[202] = prefix;
  option[203] = octet('sendId', key.sendId);
  option[204] = octet('receiveId', key.receiveId);
  option[205] = octet('macLength', key.macLength);
  option[206] = key.coversOptions ? 0 : excludeOptionsFlag;
  option[207] = secret.length;
  option.set(secret, 208);
  return option;
}

/** `struct tcp_ao_del`, 144 octets: interface and flags, then prefix, ids, and which keys take over. */
export function encodeAoRemoval(
  { peer, prefix }: AoPeer,
  key: Pick<AoKey, 'sendId' | 'receiveId'>,
  successor?: Pick<AoKey, 'sendId' | 'receiveId'>,
): Uint8Array {
  const option = new Uint8Array(144);
  const view = new DataView(option.buffer);
  option.set(peer.bytes, 0);
  if (successor !== undefined) {
    view.setUint32(132, flagBits(0, 1), hostIsLittleEndian);
    option[141] = successor.sendId;
    option[142] = successor.receiveId;
  }
  option[138] = prefix;
  option[139] = key.sendId;
  option[140] = key.receiveId;
  return option;
}

/** `struct tcp_ao_info_opt` that asks the peer to send with a key. */
export function encodeAskedKey(receiveId: number): Uint8Array {
  const option = new Uint8Array(aoInfoLength);
  new DataView(option.buffer).setUint32(0, flagBits(1), hostIsLittleEndian);
  option[7] = receiveId;
  return option;
}

/** Bit fields start at the lowest bit on little-endian machines, at the highest on others. */
function flagBits(...bits: readonly number[]): number {
  return bits.reduce((sum, bit) => sum + (hostIsLittleEndian ? 2 ** bit : 2 ** (31 - bit)), 0);
}

export const aoInfoLength = 48;

/** `struct tcp_ao_info_opt`: current key, key asked for, counters. */
export function decodeAoInfo(option: Uint8Array): Omit<AoState, 'keys'> {
  const view = new DataView(option.buffer, option.byteOffset);
  const count = (offset: number): number => Number(view.getBigUint64(offset, hostIsLittleEndian));
  return {
    sendsWith: option[6]!,
    asksFor: option[7]!,
    good: count(8),
    bad: count(16),
    unknownKey: count(24),
    unsigned: count(32),
  };
}

/** A key as it stands on a socket. */
export interface HeldAoKey extends AoPeer {
  readonly sendId: number;
  readonly receiveId: number;
  /** It is the one that we send with, or that the peer is asked to send with. */
  readonly isInUse: boolean;
}

export const heldKeyLength = 304;
/** The kernel says how many there are; more than these are not asked for. */
export const mostHeldKeys = 64;

/** The request for all keys of a socket: an array of `struct tcp_ao_getsockopt`, of which the first says what is asked. */
export function encodeKeysRequest(): Uint8Array {
  const option = new Uint8Array(heldKeyLength * mostHeldKeys);
  const view = new DataView(option.buffer);
  view.setUint32(272, mostHeldKeys, hostIsLittleEndian);
  view.setUint16(276, hostIsLittleEndian ? 4 : 1 << 13, hostIsLittleEndian);
  return option;
}

/** The answer to it, for a socket of this version. The secrets in it are overwritten. */
export function decodeHeldKeys(option: Uint8Array, version: IpVersion): readonly HeldAoKey[] {
  const view = new DataView(option.buffer, option.byteOffset);
  const count = Math.min(view.getUint32(272, hostIsLittleEndian), mostHeldKeys);
  const keys: HeldAoKey[] = [];
  for (let at = 0; at < count * heldKeyLength; at += heldKeyLength) {
    option.fill(0, at + 192, at + 272);
    const isIpv4 = view.getUint16(at, hostIsLittleEndian) === 2;
    const flags = view.getUint16(at + 276, hostIsLittleEndian);
    keys.push({
      peer: {
        version,
        bytes: isIpv4 && version === 6 ? mapped(option, at) : option.slice(at, at + (isIpv4 ? 16 : 28)),
      },
      prefix: option[at + 280]!,
      sendId: option[at + 278]!,
      receiveId: option[at + 279]!,
      isInUse: (flags & (hostIsLittleEndian ? 3 : 3 << 14)) !== 0,
    });
  }
  return keys;
}

/** An IPv6 socket tells of an IPv4 peer's key as `sockaddr_in`, but takes `sockaddr_in6` with a mapped address. */
function mapped(option: Uint8Array, at: number): Uint8Array {
  const bytes = new Uint8Array(28);
  new DataView(bytes.buffer).setUint16(0, AF_INET6, hostIsLittleEndian);
  bytes.set([0xff, 0xff], 18);
  bytes.set(option.subarray(at + 4, at + 8), 20);
  return bytes;
}

function octet(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 255) return value;
  throw new LinuxError('LINUX_ERR_ARGUMENT', `${name} is 0 to 255, got ${value}`);
}
