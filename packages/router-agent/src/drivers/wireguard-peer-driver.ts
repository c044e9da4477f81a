import { type AllowedIp, LinuxError, type WireguardPeer } from '@peerage/linux';
import { cidrText, formatIp, parseCidr, parseIp } from '../items/ip.js';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type WireguardPeerItem, wireguardPeerKind } from '../items/wireguard.js';
import { eachChange } from './each-change.js';
import type { OpenGeneric } from './policy-routing-drivers.js';

/** Seconds: often enough for the firewalls and address translators that may stand between nodes. */
export const wireguardKeepalive = 25;
/** Seconds for which a session counts as alive after its last handshake (REJECT_AFTER_TIME of WireGuard). */
const aliveSeconds = 180;

/** The other nodes that the WireGuard link of ours knows. */
export class WireguardPeerDriver implements Driver<WireguardPeerItem> {
  readonly kind = wireguardPeerKind;
  readonly #open: OpenGeneric;
  readonly #link: string;
  readonly #wallTime: () => number;
  /** Where each was told to be. */
  readonly #told = new Map<string, { readonly address: string; readonly port: number }>();

  constructor(open: OpenGeneric, link: string, wallTime: () => number = Date.now) {
    this.#open = open;
    this.#link = link;
    this.#wallTime = wallTime;
  }

  async read(): Promise<readonly WireguardPeerItem[]> {
    try {
      const { peers } = await (await this.#open()).wireguard.get(this.#link);
      return peers.map((peer) => this.#itemOf(peer));
    } catch (error) {
      // No such link, or a kernel without WireGuard.
      if (error instanceof LinuxError && ['ENODEV', 'ENOENT', 'EOPNOTSUPP'].includes(error.errnoName ?? ''))
        return [];
      throw error;
    }
  }

  apply(
    changes: readonly Change<WireguardPeerItem>[],
    signal: AbortSignal,
  ): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ key, after }) => {
      const { wireguard } = await this.#open();
      const publicKey = new Uint8Array(Buffer.from(key, 'base64'));
      if (after === undefined) {
        this.#told.delete(key);
        return wireguard.removePeer(this.#link, publicKey);
      }
      const { address, port } = after;
      await wireguard.setPeer(this.#link, {
        publicKey,
        endpoint: { address: parseIp(address) ?? new Uint8Array(0), port },
        allowedIps: after.allowedIps.map(rangeOf),
        keepalive: wireguardKeepalive,
      });
      this.#told.set(key, { address, port });
    });
  }

  /** The endpoint of a live session follows the peer: where its packets really come from is as good as what it was told. */
  #itemOf({
    publicKey,
    endpoint,
    allowedIps,
    lastHandshake = 0,
    keepalive,
  }: WireguardPeer): WireguardPeerItem {
    const key = Buffer.from(publicKey).toString('base64');
    const isAlive = this.#wallTime() / 1000 - lastHandshake < aliveSeconds;
    const seen = {
      address: endpoint === undefined ? '' : formatIp(endpoint.address),
      port: endpoint?.port ?? 0,
    };
    const { address, port } = (isAlive ? this.#told.get(key) : undefined) ?? seen;
    const ranges = allowedIps.map(({ address: bytes, prefixLength }) => cidrText(bytes, prefixLength)).sort();
    // One that says nothing by itself is unlike any that we want.
    return {
      link: keepalive === wireguardKeepalive ? this.#link : '',
      publicKey: key,
      address,
      port,
      allowedIps: ranges,
    };
  }
}

function rangeOf(text: string): AllowedIp {
  const cidr = parseCidr(text);
  if (cidr === null) throw new Error(`"${text}" is no address range`);
  return { address: cidr.bytes, prefixLength: cidr.length };
}
