import { AdvertisementPlan } from '../desired/advertisements.js';
import { drainOf, leaving } from '../desired/drain.js';
import type { AdvertisementItem } from '../items/advertisement.js';
import type { Driver } from '../items/item.js';
import { isWhole } from '../model/snapshot.js';
import type { ControllerOptions } from '../reconcile/controller.js';
import { reconcile } from '../reconcile/reconcile.js';
import type { DrainProgress } from './drain-progress.js';
import { type Facts, knownOwnNode, madeOf, nothingToDo, syncTimes } from './facts.js';

/** Keeps what this node announces. `drain`: how far service addresses have left it. */
export function advertisementsController(
  facts: Facts,
  driver: Driver<AdvertisementItem>,
  drain: DrainProgress,
): ControllerOptions {
  const name = 'advertisements';
  const plan = madeOf(facts, (config) => new AdvertisementPlan(config));
  return {
    name,
    times: syncTimes(facts),
    deadlineMilliseconds: 30_000,
    run: async (signal) => {
      const own = knownOwnNode(facts, name);
      if (own === null) return nothingToDo;
      const snapshot = facts.snapshot();
      const { config } = facts;
      const draining = drainOf(own.node, config);
      const stage = drain.stage(draining.reason, config.drainDelay * 1000);
      const { items, rows, problems } = plan().desired(
        snapshot,
        own,
        leaving(snapshot, own.node, config, stage),
      );
      facts.tellProblems(name, [...draining.problems, ...problems]);
      facts.tellAdvertisements(rows);
      return reconcile(driver, items, signal, { mayDelete: isWhole(snapshot) });
    },
  };
}
