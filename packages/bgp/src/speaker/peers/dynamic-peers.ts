import { BgpError } from '../../errors.js';
import { formatPrefix, parsePrefix } from '../../net/prefix.js';
import { planProtection } from '../connections/protection.js';
import { PeerRanges, type RangeSettings } from '../settings/peer-ranges.js';
import { tell } from '../views/log-events.js';
import { Peer } from './peer.js';
import type { PeerHost } from './peer-host.js';

/** What dynamic peers need of the speaker beyond what any peer does. */
export interface DynamicHost {
  readonly host: PeerHost;
  /** All peers of the speaker, by address. */
  readonly peers: Map<string, Peer>;
  isRunning(): boolean;
  /** Ends its session and forgets it. */
  removePeer(address: string): void;
}

/** Peers that are known by a range of addresses only: made when they dial, forgotten when their session ends. */
export class DynamicPeers {
  readonly #speaker: DynamicHost;
  readonly #ranges = new PeerRanges();

  constructor(speaker: DynamicHost) {
    this.#speaker = speaker;
  }

  /** Throws when what the range asks of sockets cannot be had. */
  verify({ prefix, template }: RangeSettings): void {
    const plan = planProtection(template, this.#speaker.host.ports.sockets.features);
    if (plan.ok) return;
    throw new BgpError('BGP_ERR_SOCKET_FEATURE', plan.message, { path: 'prefix', value: prefix });
  }

  get ranges(): readonly RangeSettings[] {
    return this.#ranges.all;
  }

  /** Gives a range, and its members, other settings. */
  update(range: RangeSettings): void {
    const isRunning = this.#speaker.isRunning();
    const members = this.#ranges.update(range);
    if (isRunning) this.#protect(range);
    for (const address of members)
      this.#speaker.peers.get(address)?.change({ ...range.template, address }, isRunning);
  }

  /** Adds a range, or throws and leaves all as it was. */
  add(range: RangeSettings): void {
    this.verify(range);
    this.#ranges.add(range);
    try {
      if (this.#speaker.isRunning()) this.#protect(range);
    } catch (error) {
      this.#ranges.remove(range.prefix);
      throw error;
    }
  }

  remove(prefix: string): void {
    for (const address of this.#ranges.remove(prefix)) this.#speaker.removePeer(address);
    this.#speaker.host.protect(formatPrefix(parsePrefix(prefix)), null);
  }

  /** The listeners are open. */
  start(): void {
    for (const range of this.#ranges.all) this.#protect(range);
  }

  /** The peer at an address that just dialled, if a range has room for it. */
  take(address: string): Peer | undefined {
    if (!this.#speaker.isRunning()) return undefined;
    const { host, peers } = this.#speaker;
    const settings = this.#ranges.join(address);
    if (settings === 'full') tell(host.ports.log, 'warn', 'range.full', { remote: address });
    if (settings === null || settings === 'full') return undefined;
    // Its range is protected as a whole.
    const peer = new Peer({ ...host, protect: () => {} }, settings);
    peers.set(address, peer);
    peer.start();
    return peer;
  }

  /** The peers that a configuration names: those of ranges came by themselves. */
  others(): readonly Peer[] {
    return [...this.#speaker.peers.values()].filter((peer) => !this.#ranges.has(peer.settings.address));
  }

  /** The peer at this address is no longer of a range. True when it was. */
  release(address: string): boolean {
    return this.#ranges.leave(address);
  }

  /** A session has ended: a peer that came by itself goes as well, but for one whose routes are kept for its return. */
  ended(peer: Pick<Peer, 'settings' | 'tableIndex'>): void {
    const { address } = peer.settings;
    if (peer.tableIndex !== null) return;
    if (this.#speaker.peers.get(address) === peer && this.release(address)) this.#speaker.removePeer(address);
  }

  #protect({ prefix, template }: RangeSettings): void {
    const { host } = this.#speaker;
    const plan = planProtection(template, host.ports.sockets.features);
    if (plan.ok) host.protect(prefix, plan.protection);
  }
}
