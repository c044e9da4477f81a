import { leaving } from '../desired/drain.js';
import { fileAggregates } from '../desired/file-routes.js';
import type { AggregateItem } from '../items/aggregate.js';
import type { Driver } from '../items/item.js';
import type { ControllerOptions } from '../reconcile/controller.js';
import { reconcile } from '../reconcile/reconcile.js';
import type { DrainProgress } from './drain-progress.js';
import { type Facts, knownOwnNode, nothingToDo, syncTimes } from './facts.js';

/** Keeps the aggregates of the file. `drain`: how far addresses have left this node. */
export function aggregatesController(
  facts: Facts,
  driver: Driver<AggregateItem>,
  drain: DrainProgress,
): ControllerOptions {
  const name = 'aggregates';
  return {
    name,
    times: syncTimes(facts),
    deadlineMilliseconds: 30_000,
    run: async (signal) => {
      const own = knownOwnNode(facts, name);
      if (own === null) return nothingToDo;
      const { config } = facts;
      const away = leaving(facts.snapshot(), own.node, config, drain.reached);
      const { items, problems } = fileAggregates(own, config, away);
      facts.tellProblems(name, problems);
      return reconcile(driver, items, signal);
    },
  };
}
