import type { BgpRole } from '../capabilities/capability.js';
import { CapabilityCode } from '../iana/capability-code.js';
import { ErrorCode, OpenError } from '../iana/error-code.js';
import { type Fault, resetFault } from '../wire/result.js';
import type { OpenMessage } from './open.js';

/** The role that the other end must have (RFC 9234 §4.2, Table 2). */
const COUNTERPART: Readonly<Record<BgpRole, BgpRole>> = {
  provider: 'customer',
  customer: 'provider',
  'route-server': 'route-server-client',
  'route-server-client': 'route-server',
  peer: 'peer',
};

/** Checks the roles in an OPEN against ours (2/11). A peer without one is refused only when `strict`. */
export function vetRole(open: OpenMessage, role: BgpRole, strict: boolean): Fault | null {
  const told = new Set<string>();
  for (const capability of open.capabilities) {
    if (capability.name === 'role') told.add(capability.role);
    else if (capability.name === 'unknown' && capability.code === CapabilityCode.Role) {
      told.add(`number ${capability.value[0]}`);
    }
  }
  const wanted = COUNTERPART[role];
  if (told.size === 0) {
    return strict ? mismatch(`we are ${role} and require the role ${wanted}, the peer told none`) : null;
  }
  if (told.size === 1 && told.has(wanted)) return null;
  return mismatch(`we are ${role}, so the peer must be ${wanted}, but it is ${[...told].join(' and ')}`);
}

function mismatch(message: string): Fault {
  return resetFault(ErrorCode.Open, OpenError.RoleMismatch, 0, message);
}
