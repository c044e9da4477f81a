import { LinuxError } from '@peerage/linux';
import type { WireguardItem } from '../items/overlay-link.js';
import type { OpenGeneric } from './policy-routing-drivers.js';
import { wireguardKeepalive } from './wireguard-peer-driver.js';

/** Finds the private half of a key of this node; null when it has none such. */
export type PrivateKeyOf = (publicKey: string) => Promise<Uint8Array | null>;

/** What makes a link of kind `wireguard` one of ours: its key and its port. */
export class WireguardLinks {
  readonly #open: OpenGeneric;
  readonly #privateKeyOf: PrivateKeyOf;

  constructor(open: OpenGeneric, privateKeyOf: PrivateKeyOf) {
    this.#open = open;
    this.#privateKeyOf = privateKeyOf;
  }

  async read(name: string): Promise<Pick<WireguardItem, 'publicKey' | 'port'>> {
    const { publicKey, listenPort } = await (await this.#open()).wireguard.get(name);
    return {
      publicKey: publicKey === null ? '' : Buffer.from(publicKey).toString('base64'),
      port: listenPort,
    };
  }

  /** Gives a link its key and port. With another key all sessions are void: every peer is called at once. */
  async set({ name, publicKey, port }: WireguardItem): Promise<void> {
    const privateKey = await this.#privateKeyOf(publicKey);
    if (privateKey === null)
      throw new Error(`the private half of the key ${publicKey} is not in the folder of --data-dir`);
    const { wireguard } = await this.#open();
    await wireguard.set(name, { privateKey, listenPort: port });
    const { peers } = await wireguard.get(name);
    for (const peer of peers) await wireguard.callPeer(name, peer.publicKey, wireguardKeepalive);
  }
}

/** A failure to make such a link, with the way out where the kernel lacks the kind. */
export function explained(error: unknown): unknown {
  if (!(error instanceof LinuxError && error.errnoName === 'EOPNOTSUPP')) return error;
  const message =
    'this kernel has no WireGuard; load its module with modprobe wireguard, or give another --overlay-encap';
  return new Error(message, { cause: error });
}
