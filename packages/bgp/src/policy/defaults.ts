import type { Policy, PolicyResult } from './policy.js';

function constant(name: string, action: 'accept' | 'reject'): Policy {
  const answer: PolicyResult = Object.freeze({ action, statement: name });
  return Object.freeze({ name, reads: Object.freeze([]), evaluate: () => answer });
}

/** Accepts every route as it is. */
export const acceptAll: Policy = constant('accept-all', 'accept');

/** Whether every route is accepted as it is, so that nobody has to be asked. */
export function isOpen(policy: Policy | null): boolean {
  return policy === null || policy === acceptAll;
}

/** Rejects every route. */
export const rejectAll: Policy = constant('reject-all', 'reject');

/** What an external peer without a policy gets: nothing (RFC 8212 §2). */
export const ebgpDefault: Policy = constant('rfc8212-no-policy', 'reject');

/**
 * The policy that is in force for a peer: the configured one, else `ebgpDefault` for external peers (unless
 * `required` is false), else everything is accepted.
 */
export function effectivePolicy(
  configured: Policy | undefined,
  type: 'internal' | 'external',
  required: boolean,
): Policy {
  if (configured !== undefined) return configured;
  return type === 'external' && required ? ebgpDefault : acceptAll;
}
