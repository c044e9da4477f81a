import type { Config } from '../config/config.js';
import type { AdvertisementRow } from '../desired/advertisements.js';
import { type OwnNode, ownNode } from '../desired/own-node.js';
import type { Problem } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import type { RunOutcome } from '../reconcile/controller.js';
import { defaultRetry, type LoopTimes } from '../reconcile/loop-machine.js';

/** What every controller works from, and where it says what it found. */
export interface Facts {
  /** As it is now: it may be another one at each run. */
  readonly config: Config;
  snapshot(): Snapshot;
  /** Takes the place of what this controller said before. */
  tellProblems(controller: string, problems: readonly Problem[]): void;
  tellAdvertisements(rows: readonly AdvertisementRow[]): void;
}

/** The times of a loop that compares at each `--routes-sync-period`. */
export function syncTimes(facts: Facts): LoopTimes {
  return {
    ...defaultRetry,
    get period() {
      return facts.config.routesSyncPeriod * 1000;
    },
  };
}

/** What is made of a configuration, made anew when that is another one. */
export function madeOf<T>(facts: Facts, make: (config: Config) => T): () => T {
  let from: Config | null = null;
  let made: T;
  return () => {
    if (from !== facts.config) {
      from = facts.config;
      made = make(from);
    }
    return made;
  };
}

/** What is made of a configuration and this node, made anew when one of them is another one. */
export function ofNode<T>(facts: Facts, make: (config: Config, own: OwnNode) => T): (own: OwnNode) => T {
  let from: { readonly config: Config; readonly own: OwnNode } | null = null;
  let made: T;
  return (own) => {
    if (from === null || from.config !== facts.config || from.own.node !== own.node) {
      from = { config: facts.config, own };
      made = make(facts.config, own);
    }
    return made;
  };
}

/** Nothing to do, nothing wrong with us. */
export const nothingToDo: RunOutcome = Object.freeze({ changed: 0, failures: Object.freeze([]) });

/**
 * This node, or null: then what is there stays as it is. Its absence is told once the nodes were listed; before that
 * the source says what it waits for.
 */
export function knownOwnNode(facts: Facts, controller: string): OwnNode | null {
  const result = ownNode(facts.snapshot(), facts.config);
  if (result.own !== null) return result.own;
  const absent = { place: `nodes/${facts.config.nodeName}`, message: result.reason };
  facts.tellProblems(controller, facts.snapshot().listed.has('Node') ? [absent] : []);
  return null;
}
