import { OperatorPolicies } from '../desired/operator-policies.js';
import { desiredPeers } from '../desired/peers.js';
import { desiredPolicies } from '../desired/policies.js';
import type { Driver } from '../items/item.js';
import type { PeerItem } from '../items/peer.js';
import { isWhole } from '../model/snapshot.js';
import type { ControllerOptions } from '../reconcile/controller.js';
import { reconcile } from '../reconcile/reconcile.js';
import { type Facts, knownOwnNode, madeOf, nothingToDo, ofNode, syncTimes } from './facts.js';

/** What the controller of peers has to do with the rest of the agent. */
export interface PeersSurroundings {
  /** Whether peers may be set up yet. */
  mayCome(): boolean;
  /** Called after a run that worked from a cluster of which every kind was listed: then it is known which peers there are. */
  settled(): void;
}

/** Keeps the neighbours and their policies. */
export function peersController(
  facts: Facts,
  driver: Driver<PeerItem>,
  surroundings: PeersSurroundings,
): ControllerOptions {
  const name = 'peers';
  // The same objects at each run, so that comparing a thousand peers costs nothing.
  const policies = ofNode(facts, desiredPolicies);
  const operators = madeOf(facts, ({ file }) => new OperatorPolicies(file.policies));
  return {
    name,
    times: syncTimes(facts),
    deadlineMilliseconds: 30_000,
    run: async (signal) => {
      const own = knownOwnNode(facts, name);
      if (own === null || !surroundings.mayCome()) return nothingToDo;
      const snapshot = facts.snapshot();
      const { peers, problems } = desiredPeers(snapshot, own, facts.config, policies(own), operators());
      facts.tellProblems(name, problems);
      const mayDelete = snapshot.listed.has('Node');
      const outcome = await reconcile(driver, peers, signal, { mayDelete });
      if (isWhole(snapshot)) surroundings.settled();
      return outcome;
    },
  };
}
