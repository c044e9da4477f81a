import { systemCallError } from '../errors.js';
import { cInt, type Libc } from '../libc.js';
import {
  type AoKey,
  type AoState,
  aoInfoLength,
  aoOption,
  decodeAoInfo,
  decodeHeldKeys,
  encodeAoKey,
  encodeAoRemoval,
  encodeAskedKey,
  encodeKeysRequest,
  type HeldAoKey,
} from './ao-key.js';
import { type Descriptor, IPPROTO_TCP } from './descriptor.js';

const ENOENT = 2;
const ENOPROTOOPT = 92;

/** Whom keys are for. */
interface Peer {
  readonly address: string;
  readonly prefixLength?: number;
}

/** The TCP-AO keys of a socket. */
export class AoSocket {
  readonly #libc: Libc;
  readonly #descriptor: Descriptor;

  constructor(libc: Libc, descriptor: Descriptor) {
    this.#libc = libc;
    this.#descriptor = descriptor;
  }

  /** Whether the kernel has TCP-AO at all: asked by a key that is not used. */
  isKnown(): boolean {
    const { fd, version } = this.#descriptor;
    const address = version === 4 ? '127.0.0.1' : '::1';
    const key = encodeAoKey(this.#descriptor.encodePeer(address, undefined), {
      sendId: 0,
      receiveId: 0,
      algorithm: 'hmac-sha-1-96',
      secret: Uint8Array.of(1),
      macLength: 12,
      coversOptions: true,
    });
    const result = this.#libc.setsockopt(fd, IPPROTO_TCP, aoOption.add, key, key.length);
    return result === 0 || this.#libc.errno() !== ENOPROTOOPT;
  }

  /** On a socket that is not connected: these keys of a peer in place of those. */
  replace({ address, prefixLength }: Peer, keys: readonly AoKey[], before: readonly AoKey[]): void {
    const peer = this.#descriptor.encodePeer(address, prefixLength);
    for (const key of before) this.#remove(encodeAoRemoval(peer, key), address);
    for (const key of keys) this.#add(encodeAoKey(peer, key), address);
  }

  /** On a connection: adds what is new, asks the peer for the first, removes what is not wanted any more. */
  rollOver(address: string, keys: readonly AoKey[]): void {
    const held = this.#held();
    const first = keys[0];
    if (held === null || first === undefined) {
      const failed = `cannot change the TCP-AO keys of ${address}: the connection has none`;
      throw systemCallError('setsockopt', ENOENT, failed);
    }
    const peer = this.#descriptor.encodePeer(address, undefined);
    const isSame = (one: Ids, other: Ids) => one.sendId === other.sendId && one.receiveId === other.receiveId;
    for (const key of keys) {
      if (!held.some((one) => isSame(one, key))) this.#add(encodeAoKey(peer, key), address);
    }
    const what = `the TCP-AO key that ${address} is asked for`;
    this.#descriptor.set(IPPROTO_TCP, aoOption.info, encodeAskedKey(first.receiveId), what);
    for (const key of held) {
      if (keys.some((one) => isSame(one, key))) continue;
      this.#remove(encodeAoRemoval(key, key, key.isInUse ? first : undefined), address);
    }
  }

  state(): AoState | null {
    const option = new Uint8Array(aoInfoLength);
    const { fd } = this.#descriptor;
    const result = this.#libc.getsockopt(fd, IPPROTO_TCP, aoOption.info, option, cInt(option.length));
    const held = result < 0 ? null : this.#held();
    if (held === null) return null;
    return {
      keys: held.map(({ sendId, receiveId }) => ({ sendId, receiveId })),
      ...decodeAoInfo(option),
    };
  }

  /** Null without TCP-AO. */
  #held(): readonly HeldAoKey[] | null {
    const option = encodeKeysRequest();
    const { fd } = this.#descriptor;
    const result = this.#libc.getsockopt(fd, IPPROTO_TCP, aoOption.get, option, cInt(304));
    return result < 0 ? null : decodeHeldKeys(option, this.#descriptor.version);
  }

  #add(option: Uint8Array, address: string): void {
    this.#descriptor.set(IPPROTO_TCP, aoOption.add, option, `a TCP-AO key of ${address}`);
  }

  #remove(option: Uint8Array, address: string): void {
    const { fd } = this.#descriptor;
    if (this.#libc.setsockopt(fd, IPPROTO_TCP, aoOption.delete, option, option.length) >= 0) return;
    const errno = this.#libc.errno();
    // There was none.
    if (errno === ENOENT) return;
    throw systemCallError('setsockopt', errno, `cannot remove a TCP-AO key of ${address}`);
  }
}

type Ids = Pick<AoKey, 'sendId' | 'receiveId'>;
