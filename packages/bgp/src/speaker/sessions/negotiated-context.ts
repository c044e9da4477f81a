import type { Negotiated } from '../../capabilities/negotiate.js';
import type { UpdateContext } from '../../message/update-context.js';
import type { Family, FamilyKey } from '../../net/family.js';
import type { FamilyCodecs } from '../../nlri/family-codecs.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import type { SpeakerSettings } from '../settings/speaker-settings.js';

/** What both OPENs came to, for the reading of UPDATEs. A class, so that what reads them is compiled for the calls of all sessions. */
export class NegotiatedContext implements UpdateContext {
  readonly as4: boolean;
  readonly type: 'external' | 'internal';
  readonly confederation: boolean;
  readonly aigp: boolean;
  readonly localAs: number;
  readonly peerAs: number;
  readonly maxMessage: number;
  readonly codecs: FamilyCodecs;
  private readonly received: ReadonlySet<FamilyKey>;
  private readonly negotiated: Negotiated;

  constructor(
    peer: PeerSettings,
    speaker: SpeakerSettings,
    negotiated: Negotiated,
    families: readonly Family[],
  ) {
    this.as4 = negotiated.as4;
    // Members exchange what internal peers do (RFC 5065 §4).
    this.type = peer.type === 'external' && !peer.isMember ? 'external' : 'internal';
    this.confederation = peer.isMember;
    this.aigp = peer.aigp;
    this.localAs = peer.localAs?.as ?? peer.ownAs;
    this.peerAs = negotiated.peerAs;
    this.maxMessage = negotiated.maxMessage;
    this.codecs = speaker.codecs;
    this.received = new Set(families.map((family) => family.key));
    this.negotiated = negotiated;
  }

  receives(family: Family): boolean {
    return this.received.has(family.key);
  }

  addPath(family: Family): boolean {
    return this.negotiated.addPathReceive.has(family.key);
  }

  extendedNextHop(family: Family): boolean {
    return this.negotiated.extendedNextHop.has(family.key);
  }
}
