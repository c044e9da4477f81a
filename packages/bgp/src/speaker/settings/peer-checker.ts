import type { GroupedPeer, PeerConfig, PeerRange } from './config.js';
import { type DeclaredGroups, PeerGroups } from './peer-groups.js';
import { type RangeSettings, rangeSettings } from './peer-ranges.js';
import { checkName, type PeerSettings, peerFields, peerSettings } from './peer-settings.js';
import type { SpeakerSettings } from './speaker-settings.js';

/** Makes settings of configurations: their groups, then their fields. */
export class PeerChecker {
  readonly #speaker: Pick<SpeakerSettings, 'localAs' | 'confederation' | 'codecs'>;
  readonly #groups: PeerGroups;

  /** Throws `BGP_ERR_CONFIG` for groups that cannot be. */
  constructor(
    speaker: Pick<SpeakerSettings, 'localAs' | 'confederation' | 'codecs'>,
    groups: DeclaredGroups = {},
  ) {
    this.#speaker = speaker;
    this.#groups = new PeerGroups(groups, peerFields);
  }

  /** The same with other groups. */
  withGroups(groups: DeclaredGroups): PeerChecker {
    return new PeerChecker(this.#speaker, groups);
  }

  /** Throws `BGP_ERR_CONFIG` with the field, its value and what is allowed. */
  peer(source: PeerConfig | GroupedPeer): PeerSettings {
    const { localAs, confederation, codecs } = this.#speaker;
    if (source?.group === undefined)
      return peerSettings(source as PeerConfig, localAs, confederation, codecs);
    const { config, origins } = this.#groups.resolve(source, `peer ${checkName(source)}`);
    return { ...peerSettings(config, localAs, confederation, codecs), source, origins };
  }

  /** As `peer`. */
  range(source: PeerRange): RangeSettings {
    const { localAs, confederation, codecs } = this.#speaker;
    if (source?.group === undefined) return rangeSettings(source, localAs, confederation, codecs);
    const { prefix, limit, ...shared } = source;
    const named: GroupedPeer = { ...shared, group: source.group, address: '' };
    const resolved = this.#groups.resolve(named, `range ${prefix}`);
    // Who is of a range dials, whatever a group says of others.
    const { address, passive, ...config } = resolved.config;
    const checked = rangeSettings(
      { ...config, prefix, ...(limit !== undefined && { limit }) },
      localAs,
      confederation,
      codecs,
    );
    return { ...checked, source, template: { ...checked.template, origins: resolved.origins } };
  }
}
