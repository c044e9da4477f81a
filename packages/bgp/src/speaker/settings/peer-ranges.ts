import { BgpError } from '../../errors.js';
import { formatAddress, isAddress, parseAddress } from '../../net/address.js';
import { covers, formatPrefix, type Prefix, parsePrefix } from '../../net/prefix.js';
import { builtFamilies, type FamilyCodecs } from '../../nlri/family-codecs.js';
import type { Confederation, PeerRange } from './config.js';
import { badField, checkFields, checkInteger, parseField } from './field-check.js';
import { type PeerSettings, peerSettings } from './peer-settings.js';

/** Peers that a range takes unless told otherwise. */
const DEFAULT_LIMIT = 100;

/** A checked range: what its members are, and how many there may be. */
export interface RangeSettings {
  /** In canonical text: the name of the range. */
  readonly prefix: string;
  readonly limit: number;
  /** Of each member, but for its address. */
  readonly template: PeerSettings;
  /** As it was configured, before groups. */
  readonly source: PeerRange;
}

interface Entry extends RangeSettings {
  readonly network: Prefix;
  readonly members: Set<string>;
}

/** Throws `BGP_ERR_PREFIX` or `BGP_ERR_CONFIG` with the field, its value and what is allowed. */
export function rangeSettings(
  config: PeerRange,
  localAs: number,
  confederation: Confederation | null = null,
  codecs: FamilyCodecs = builtFamilies,
): RangeSettings {
  if (typeof config !== 'object' || config === null) checkFields('range', config, []);
  const { prefix, limit = DEFAULT_LIMIT, ...shared } = config;
  const network = parseField('range.prefix', prefix, parsePrefix);
  if ('passive' in shared)
    throw badField(`range ${prefix}: passive`, true, 'absent: the peers of a range dial us');
  return {
    source: config,
    prefix: formatPrefix(network),
    limit: checkInteger(`range ${prefix}: limit`, limit, 1, 65_534),
    template: peerSettings(
      {
        ...shared,
        remoteAs: shared.remoteAs as number,
        address: formatAddress(network.bytes),
        passive: true,
      },
      localAs,
      confederation,
      codecs,
    ),
  };
}

/** Ranges of addresses whose peers are made when they dial, and forgotten when their session ends. */
export class PeerRanges {
  readonly #entries = new Map<string, Entry>();

  /** Throws `BGP_ERR_PEER_EXISTS` for a prefix that is there already. */
  add(settings: RangeSettings): void {
    const { prefix } = settings;
    if (this.#entries.has(prefix)) {
      const message = `a range ${prefix} is configured already; remove it with removePeerRange`;
      throw new BgpError('BGP_ERR_PEER_EXISTS', message, { path: 'prefix', value: prefix });
    }
    this.#entries.set(prefix, { ...settings, network: parsePrefix(prefix), members: new Set() });
  }

  /** New settings of a range that is there; gives the addresses of its members. */
  update(settings: RangeSettings): readonly string[] {
    const entry = this.#entries.get(settings.prefix);
    if (entry === undefined) return [];
    this.#entries.set(settings.prefix, { ...entry, ...settings });
    return [...entry.members];
  }

  /** Addresses of its members; throws `BGP_ERR_UNKNOWN_PEER` without such a range. */
  remove(prefix: string): readonly string[] {
    const name = formatPrefix(parsePrefix(prefix));
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      const message = `no range ${name} is configured; add it with addPeerRange`;
      throw new BgpError('BGP_ERR_UNKNOWN_PEER', message, { path: 'prefix', value: prefix });
    }
    this.#entries.delete(name);
    return [...entry.members];
  }

  get all(): readonly RangeSettings[] {
    return [...this.#entries.values()];
  }

  /** Makes an address a member of the longest range that covers it; `full` when that has no room, null without one. */
  join(address: string): PeerSettings | 'full' | null {
    const entry = this.#covering(address);
    if (entry === undefined) return null;
    if (entry.members.size >= entry.limit) return 'full';
    entry.members.add(address);
    return { ...entry.template, address };
  }

  has(address: string): boolean {
    return [...this.#entries.values()].some(({ members }) => members.has(address));
  }

  /** True when the address was a member. */
  leave(address: string): boolean {
    for (const entry of this.#entries.values()) if (entry.members.delete(address)) return true;
    return false;
  }

  #covering(address: string): Entry | undefined {
    // Link-local peers have a zone: they are not found by prefix.
    if (!isAddress(address)) return undefined;
    const bytes = parseAddress(address);
    let best: Entry | undefined;
    for (const entry of this.#entries.values()) {
      if (
        covers(entry.network, bytes) &&
        (best === undefined || entry.network.length > best.network.length)
      ) {
        best = entry;
      }
    }
    return best;
  }
}
