import type { Confederation } from './config.js';
import { badField, checkFields, checkInteger } from './field-check.js';

const AS_TRANS = 23456;

/** The AS of a member as its own peers know it, and as a peer outside the confederation does. */
export interface KnownAs {
  /** What the peer takes us for, unless it is configured with another local AS. */
  readonly ownAs: number;
  /** The peer is of another member AS. */
  readonly isMember: boolean;
}

/** Throws `BGP_ERR_CONFIG` for a confederation that cannot be; null where none is configured. */
export function checkConfederation(value: unknown, localAs: number): Confederation | null {
  if (value === undefined) return null;
  checkFields('confederation', value, ['identifier', 'members']);
  const { identifier, members } = value as Partial<Record<keyof Confederation, unknown>>;
  const path = 'confederation.identifier';
  const as = checkMember(path, identifier);
  if (as === localAs) throw badField(path, as, `another AS than localAs, ${localAs}, which is the member's`);
  if (!Array.isArray(members)) throw badField('confederation.members', members, 'a list of ASes');
  const checked = members.map((member: unknown, i) => checkMember(`confederation.members[${i}]`, member));
  const at = checked.indexOf(as);
  if (at >= 0) throw badField(`confederation.members[${at}]`, as, 'another AS than the identifier');
  return { identifier: as, members: checked };
}

function checkMember(path: string, value: unknown): number {
  const as = checkInteger(path, value, 1, 0xffffffff);
  if (as === AS_TRANS) throw badField(path, as, 'an integer 1 … 4294967295 other than 23456 (AS_TRANS)');
  return as;
}

/** How a peer of this AS knows us (RFC 5065 §4): members by our member AS, others by the confederation's. */
export function knownAs(remoteAs: number, localAs: number, confederation: Confederation | null): KnownAs {
  if (confederation === null || remoteAs === localAs) return { ownAs: localAs, isMember: false };
  const isMember = confederation.members.includes(remoteAs);
  return { ownAs: isMember ? localAs : confederation.identifier, isMember };
}
