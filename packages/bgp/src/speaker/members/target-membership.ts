import type { AttributeBlock } from '../../attributes/find-attribute.js';
import { type Family, familyOf } from '../../net/family.js';
import { someTarget } from './route-targets.js';

export const ROUTE_TARGETS: Family = familyOf(1, 132);
const EVPN: Family = familyOf(25, 70);

/** Whether routes of a family go only to those who asked for one of their route targets: VPNs and EVPN. */
export function isConstrained({ safi, key }: Family): boolean {
  return safi === 128 || safi === 129 || key === EVPN.key;
}

/** What one peer is interested in (RFC 4684 §3): the first bits of route targets. Never changed; a new one takes its place. */
export class TargetMembership {
  /** Of a peer that told nothing yet. */
  static readonly none = new TargetMembership([]);
  private readonly wanted: readonly Uint8Array[];

  /** `wanted`: each a length in bits, 0 … 64, and as many octets as hold them. */
  constructor(wanted: readonly Uint8Array[]) {
    this.wanted = wanted;
  }

  /** Whether a route has a route target that is wanted. */
  admits(block: AttributeBlock): boolean {
    if (this.wanted.some((one) => one[0] === 0)) return true;
    return someTarget(block, (bytes, at) => this.wanted.some((one) => begins(bytes, at, one)));
  }

  isSame(other: TargetMembership): boolean {
    const text = (membership: TargetMembership): string => membership.wanted.map(String).sort().join(' ');
    return text(this) === text(other);
  }
}

/** Whether the octets at `at` begin with these bits. */
function begins(bytes: Uint8Array, at: number, bits: Uint8Array): boolean {
  const length = bits[0]!;
  const whole = length >>> 3;
  for (let i = 0; i < whole; i++) if (bytes[at + i] !== bits[i + 1]) return false;
  const rest = length & 7;
  return rest === 0 || ((bytes[at + whole]! ^ bits[whole + 1]!) & (0xff << (8 - rest)) & 0xff) === 0;
}
