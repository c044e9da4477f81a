import type { AttributeContext } from '../attributes/attribute-context.js';
import type { Family } from '../net/family.js';
import type { FamilyCodecs } from '../nlri/family-codecs.js';

/** What the reading of UPDATEs of one session depends on. */
export interface UpdateContext extends AttributeContext {
  /** Whether this family was negotiated. */
  receives(family: Family): boolean;
  /** Whether NLRI that the peer sends come with path identifiers (RFC 7911). */
  addPath(family: Family): boolean;
  /** Whether the peer may give routes of this family IPv6 next hops although it is of IPv4 (RFC 8950). Default: no. */
  extendedNextHop?(family: Family): boolean;
  readonly maxMessage: number;
  /** Default: the families that are built. */
  readonly codecs?: FamilyCodecs;
}
