import { canonicalAddress } from '../../net/canonical-address.js';
import type { NeighbourDiscovery } from '../../ports/neighbour-discovery.js';
import type { Endpoint } from '../../ports/transport.js';
import type { PeerSettings } from '../settings/peer-settings.js';

/** What became of an attempt to look. */
type Watched =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly message: string };

const NO_PORT =
  'the ports have no neighbour discovery; give one, such as linuxNeighbourDiscovery of @peerage/linux/icmp6';

/** The router at the other end of an interface, for a peer that is known by that; of other peers it is just the address. */
export class InterfaceNeighbour {
  readonly #discovery: NeighbourDiscovery | undefined;
  readonly #moved: (address: string | null) => void;
  #end: (() => void) | null = null;
  #address: string | null = null;
  /** As `#address`, but kept while the link is down. */
  #last: string | null = null;

  /** `moved` is called when a router was found, with its scope, and with null when the link went. */
  constructor(discovery: NeighbourDiscovery | undefined, moved: (address: string | null) => void) {
    this.#discovery = discovery;
    this.#moved = moved;
  }

  /** `fe80::2%eth1`; null while none was heard. */
  get address(): string | null {
    return this.#address;
  }

  /** Begins to look, if it has to and does not yet; says why when that cannot be had. */
  watch({ interface: name, shutdown }: PeerSettings): Watched {
    if (name === undefined || shutdown || this.#end !== null) return { ok: true };
    if (this.#discovery === undefined) return { ok: false, code: 'BGP_ERR_SOCKET_FEATURE', message: NO_PORT };
    try {
      this.#end = this.#discovery.watch(name, (neighbour) => this.#heard(name, neighbour));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, code: 'BGP_ERR_SOCKET_FEATURE', message };
    }
    return { ok: true };
  }

  end(): void {
    this.#end?.();
    this.#end = null;
    this.#address = null;
    this.#last = null;
  }

  /** The settings with the address that is to be dialled, also while its link is down; null while none was known. */
  reached(settings: PeerSettings): PeerSettings | null {
    if (settings.interface === undefined) return settings;
    return this.#last === null ? null : { ...settings, address: this.#last };
  }

  /** The settings with that address where it is known, else as they are. */
  at(settings: PeerSettings): PeerSettings {
    return this.reached(settings) ?? settings;
  }

  /**
   * Whoever dials over the interface first is the neighbour, when none was heard and nothing has to be checked first. True: it
   * was taken for that.
   */
  adopt({ interface: name, md5Key, aoKeys, ttlSecurityHops }: PeerSettings, remote: Endpoint): boolean {
    const isChecked = md5Key !== undefined || aoKeys !== undefined || ttlSecurityHops !== undefined;
    if (name === undefined || this.#end === null || this.#address !== null || isChecked) return false;
    this.#address = canonicalAddress(remote.address);
    this.#last = this.#address;
    return true;
  }

  /** Why a connection from there is none of the neighbour, or null. */
  mismatch({ interface: name }: PeerSettings, remote: Endpoint): string | null {
    if (name === undefined || canonicalAddress(remote.address) === this.#address) return null;
    return `it is not from the router that is heard on ${name}`;
  }

  #heard(name: string, neighbour: string | null): void {
    const address = neighbour === null ? null : canonicalAddress(`${neighbour}%${name}`);
    if (address === this.#address) return;
    this.#address = address;
    this.#last = address ?? this.#last;
    this.#moved(address);
  }
}
