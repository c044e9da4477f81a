import { desiredPeers } from '../desired/peers.js';
import { desiredPolicies } from '../desired/policies.js';
import type { Driver } from '../items/item.js';
import type { PeerItem } from '../items/peer.js';
import type { ControllerOptions } from '../reconcile/controller.js';
import { defaultRetry } from '../reconcile/loop-machine.js';
import { reconcile } from '../reconcile/reconcile.js';
import { type Facts, isWhole, knownOwnNode, nothingToDo } from './facts.js';

/**
 * Keeps the neighbours and their policies. `settled` is called after a run that worked from a cluster of which every
 * kind was listed: then it is known which peers there are.
 */
export function peersController(
  facts: Facts,
  driver: Driver<PeerItem>,
  settled: () => void,
): ControllerOptions {
  const name = 'peers';
  // The same objects at each run, so that comparing a thousand peers costs nothing.
  const policies = desiredPolicies(facts.config);
  return {
    name,
    times: { period: facts.config.routesSyncPeriod * 1000, ...defaultRetry },
    deadlineMilliseconds: 30_000,
    run: async (signal) => {
      const own = knownOwnNode(facts, name);
      if (own === null) return nothingToDo;
      const snapshot = facts.snapshot();
      const { peers, problems } = desiredPeers(snapshot, own, facts.config, policies);
      facts.tellProblems(name, problems);
      const mayDelete = snapshot.listed.has('Node');
      const outcome = await reconcile(driver, peers, signal, { mayDelete });
      if (isWhole(snapshot)) settled();
      return outcome;
    },
  };
}
