import { join } from 'node:path';
import { compilePolicies, type PoliciesDeclaration } from '@peerage/bgp';
import t from 'tap';
import {
  birdFilters,
  DEFAULT_POLICY,
  PolicyOracle,
  peeragePolicies,
  readPolicy,
} from '../../peers/biting-policy.js';
import { SmallWorld } from './small-world.js';

const policy = readPolicy(DEFAULT_POLICY);

t.test('the policy of the tree has a list of 1,000 that bites as much as is asked of it', async (t) => {
  t.equal(new Set(policy.prefixes).size, 1000);
  const { hits } = new SmallWorld({ peers: 1, perPeer: 20_000 }, policy).expectation;
  const share = (count: number): number => count / hits!.routes;
  t.ok(share(hits!.listed) > 0.3 && share(hits!.listed) < 0.7, `${hits!.listed} in the list`);
  t.ok(share(hits!.community) > 0.2, `${hits!.community} with the community`);
  t.ok(share(hits!.preferred) > 0.5, `${hits!.preferred} with a local preference`);
});

t.test('a prefix is listed with what is more specific, and a community by its first half', async (t) => {
  const oracle = new PolicyOracle({ ...policy, prefixes: ['16.0.0.0/11', '20.1.0.0/16'] });
  const word = (a: number, b: number): number => a * 2 ** 24 + b * 2 ** 16;
  t.ok(oracle.isListed(word(16, 31), 16));
  t.notOk(oracle.isListed(word(16, 32), 16));
  t.notOk(oracle.isListed(word(16, 0), 10), 'less specific');
  t.notOk(oracle.isListed(word(20, 1), 25), 'longer than the longest');
  t.ok(oracle.hasCommunity([5, 1333 * 65_536 + 65_535]));
  t.notOk(oracle.hasCommunity([1334 * 65_536]));
  t.notOk(oracle.hasCommunity(undefined));
});

t.test('daemons are told it in their own words', async (t) => {
  const compiled = compilePolicies(peeragePolicies(policy) as PoliciesDeclaration);
  t.same(
    [...compiled.keys()].filter((name) => name.startsWith('biting')),
    ['biting-in', 'biting-out'],
  );
  const [first] = policy.prefixes;
  t.match(birdFilters(policy), `${first}{${first!.split('/')[1]},24}`);
  t.throws(() => readPolicy(join(import.meta.dirname, '..', '..', '..', 'package.json')), /is no policy/);
});

t.test('a daemon that passes routes on without the policy is caught', async (t) => {
  const world = new SmallWorld({ peers: 1, perPeer: 500 }, policy);
  const monitor = world.receiver('monitor');
  world.pass(world.script(0).announce(world.dataset.groups(0)).take(), monitor, 1);
  t.equal(monitor.faults.get('policy'), world.expectation.hits?.preferred);
});
