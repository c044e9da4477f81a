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

/** In milliseconds: one that only goes forward, and the wall clock, by which the kernel dates handshakes. */
export interface HandshakeClocks {
  now(): number;
  wallTime(): number;
}

const ownClocks: HandshakeClocks = { now: () => performance.now(), wallTime: () => Date.now() };

/** The other nodes that the WireGuard link of ours knows. */
export class WireguardPeerDriver implements Driver<WireguardPeerItem> {
  readonly kind = wireguardPeerKind;
  readonly #open: OpenGeneric;
  readonly #link: string;
  readonly #clocks: HandshakeClocks;
  /** When its last handshake was, by a clock that nobody sets. */
  readonly #handshakes = new Map<string, { readonly seconds: number; readonly at: number }>();
  /** Where each was told to be. */
  readonly #told = new Map<string, { readonly address: string; readonly port: number }>();

  constructor(open: OpenGeneric, link: string, clocks: HandshakeClocks = ownClocks) {
    this.#open = open;
    this.#link = link;
    this.#clocks = clocks;
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
        this.#handshakes.delete(key);
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

  /**
   * Milliseconds. The kernel's date is compared with the wall clock only when a peer is seen for the first time; from then on that it
   * has another date is what tells of a handshake, so that a clock that is set makes no session live or dead.
   */
  #sinceHandshake(key: string, seconds: number): number {
    const { now, wallTime } = this.#clocks;
    const known = this.#handshakes.get(key);
    if (known?.seconds === seconds) return now() - known.at;
    const age = wallTime() - seconds * 1000;
    const isOther = known !== undefined && seconds > 0;
    const since = isOther ? 0 : seconds > 0 && age >= 0 ? age : Number.POSITIVE_INFINITY;
    this.#handshakes.set(key, { seconds, at: now() - since });
    return since;
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
    const isAlive = this.#sinceHandshake(key, lastHandshake) < aliveSeconds * 1000;
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
