import { policy } from './compile.js';
import type { Policy } from './policy.js';

/**
 * To be called by an import policy: a route with GRACEFUL_SHUTDOWN (RFC 8326 §4.1) gets local preference 0, and the caller goes
 * on with its next statement.
 *
 * @example
 * compilePolicies({ policies: { in: [{ call: 'graceful-shutdown' }, { match: { prefixes: ['@customers'] }, action: 'accept' }] } });
 */
export const gracefulShutdown: Policy = policy('graceful-shutdown', [
  { match: { anyCommunity: ['graceful-shutdown'] }, action: 'next', edits: { localPref: 0 } },
]);

/**
 * To be called by an import policy: a route with BLACKHOLE (RFC 7999 §3.2) gets NO_EXPORT, so that it stays within the AS, and the
 * caller goes on. Whose blackholes are taken, how long their prefixes may be and where packets go is for the caller's own
 * statements to say: nothing is discarded by default (RFC 7999 §3.3).
 *
 * @example
 * const statements = [
 *   { call: 'blackhole' },
 *   {
 *     match: { anyCommunity: ['blackhole'], prefixes: [{ prefix: '192.0.2.0/24', ge: 32, le: 32 }] },
 *     action: 'accept',
 *     edits: { nextHop: '203.0.113.66' },
 *   },
 *   { match: { anyCommunity: ['blackhole'] }, action: 'reject' },
 *   { match: { prefixes: ['192.0.2.0/24'] }, action: 'accept' },
 * ];
 */
export const blackhole: Policy = policy('blackhole', [
  { match: { anyCommunity: ['blackhole'] }, action: 'next', edits: { addCommunities: ['no-export'] } },
]);
