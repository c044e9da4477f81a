import { compilePolicies } from '../policy/policies.js';
import type { Policy } from '../policy/policy.js';

const RULES = 512;

/** Policies for peers of a rehearsal. Of what is recited they bite about half by prefix, and as much by community. */
export function stagePolicies(): { readonly importPolicy: Policy; readonly exportPolicy: Policy } {
  const listed = Array.from({ length: RULES }, (_, i) => {
    const first = i % 2 === 0 ? 10 : 200;
    return i % 3 === 0
      ? { prefix: `${first}.${i >>> 1}.0.0/${16 + (i % 4)}`, le: 32 }
      : { prefix: `${first}.${i >>> 1}.${(i * 64) & 255}.0/${18 + (i % 5)}`, ge: 22, le: 24 };
  });
  const communities = ['*:0-31', '*:64-95'];
  const policies = compilePolicies({
    sets: { listed, communities },
    policies: {
      in: [
        { match: { prefixes: ['@listed'] }, action: 'next', edits: { localPref: 200 } },
        { match: { anyCommunity: ['@communities'] }, action: 'next', edits: { localPref: 150 } },
        { action: 'accept' },
      ],
      out: [
        { match: { prefixes: ['@listed'] }, action: 'next', edits: { med: 10 } },
        { match: { anyCommunity: ['@communities'] }, action: 'next', edits: { med: 20 } },
        { match: { localPref: { atLeast: 150 } }, action: 'next', edits: { addCommunities: ['64512:1'] } },
        { action: 'accept' },
      ],
    },
  });
  return { importPolicy: policies.get('in')!, exportPolicy: policies.get('out')! };
}
