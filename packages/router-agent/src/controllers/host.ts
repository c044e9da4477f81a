import { desiredEgress } from '../desired/egress.js';
import { desiredCniFile, desiredLinks, desiredSysctls } from '../desired/host.js';
import { podMtu, type Underlay } from '../desired/overlay.js';
import { ownNode } from '../desired/own-node.js';
import type { CniFileItem } from '../items/cni-file.js';
import type { ForwardAcceptItem, ForwardAccepts } from '../items/forward-accept.js';
import type { Driver } from '../items/item.js';
import type { LeftoverItem } from '../items/leftover.js';
import type { LinkItem } from '../items/link.js';
import type { NftTableItem } from '../items/nft-table.js';
import type { SysctlItem } from '../items/sysctl.js';
import type { ControllerOptions, RunOutcome } from '../reconcile/controller.js';
import { reconcile } from '../reconcile/reconcile.js';
import { type Facts, knownOwnNode, nothingToDo, syncTimes } from './facts.js';

const deadlineMilliseconds = 30_000;

/** Loads a module of the kernel; gives the reason when that is not possible. */
export type LoadModule = (name: string, signal: AbortSignal) => Promise<string | null>;

/** Keeps forwarding on, for the families of this node, and bridged packets under the rules of the others. */
export function sysctlController(
  facts: Facts,
  driver: Driver<SysctlItem>,
  load: LoadModule,
): ControllerOptions {
  const name = 'sysctl';
  return {
    name,
    times: syncTimes(facts),
    deadlineMilliseconds,
    run: async (signal) => {
      const own = knownOwnNode(facts, name);
      if (own === null) return nothingToDo;
      const wanted = desiredSysctls(own, facts.config);
      const missing = await missingModules(driver, wanted, load, signal);
      const place = `nodes/${own.node.name}`;
      facts.tellProblems(
        name,
        [...missing].map(([module, { without, reason }]) => ({
          place,
          message: `the kernel module ${module} is not there (${reason}): ${without}; load it with modprobe ${module}`,
        })),
      );
      const possible = wanted.filter(({ module }) => module === undefined || !missing.has(module.name));
      // A value that is not wanted any more stays: others may rely on it.
      return reconcile(driver, possible, signal, { mayDelete: false });
    },
  };
}

/** Modules whose settings the kernel lacks although it was asked to load them. */
async function missingModules(
  driver: Driver<SysctlItem>,
  wanted: readonly SysctlItem[],
  load: LoadModule,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, { readonly without: string; readonly reason: string }>> {
  const there = new Set((await driver.read(signal)).map(({ path }) => path));
  const missing = new Map<string, { readonly without: string; readonly reason: string }>();
  for (const { path, module } of wanted) {
    if (module === undefined || there.has(path) || missing.has(module.name)) continue;
    const reason = await load(module.name, signal);
    const isThere = (await driver.read(signal)).some((item) => item.path === path);
    if (!isThere) {
      missing.set(module.name, {
        without: module.without,
        reason: reason ?? 'it does not serve this network namespace',
      });
    }
  }
  return missing;
}

/** MTU for pods, or null where it is left alone or not known. */
function mtuFor(facts: Facts, underlay: Pick<Underlay, 'mtuOf'>): number | null {
  const { own } = ownNode(facts.snapshot(), facts.config);
  return own === null || !facts.config.autoMtu ? null : podMtu(own, facts.config, underlay);
}

/** Keeps the pods' bridge there and up, and lets it pass what the pods may send. */
export function bridgeController(
  facts: Facts,
  driver: Driver<LinkItem>,
  underlay: Pick<Underlay, 'mtuOf'>,
): ControllerOptions {
  return {
    name: 'bridge',
    times: syncTimes(facts),
    deadlineMilliseconds,
    run: (signal) => reconcile(driver, desiredLinks(mtuFor(facts, underlay)), signal, { mayDelete: false }),
  };
}

/** What is left of kube-router, to be swept once, when what takes its place stands. */
class Leftovers {
  readonly #driver: Driver<LeftoverItem>;
  #areGone = false;

  constructor(driver: Driver<LeftoverItem>) {
    this.#driver = driver;
  }

  /** After a run that put ours into place. */
  async sweep(outcome: RunOutcome, signal: AbortSignal): Promise<RunOutcome> {
    if (this.#areGone || outcome.failures.length > 0) return outcome;
    const { changed, failures } = await reconcile(this.#driver, [], signal);
    this.#areGone = failures.length === 0;
    return { changed: outcome.changed + changed, failures };
  }
}

/**
 * Keeps the masquerading of what pods send out of the cluster, or takes it away when it is switched off. Then what kube-router had for it
 * goes.
 */
export function egressController(
  facts: Facts,
  driver: Driver<NftTableItem>,
  leftover: Driver<LeftoverItem>,
): ControllerOptions {
  const name = 'egress';
  const leftovers = new Leftovers(leftover);
  return {
    name,
    times: syncTimes(facts),
    deadlineMilliseconds,
    run: async (signal) => {
      const own = knownOwnNode(facts, name);
      if (own === null) return nothingToDo;
      facts.tellProblems(name, []);
      // With half of the nodes known, packets to pods of the others would be rewritten.
      if (!facts.snapshot().listed.has('Node')) return nothingToDo;
      const table = desiredEgress(facts.snapshot(), own, facts.config);
      const outcome = await reconcile(driver, table === null ? [] : [table], signal);
      return leftovers.sweep(outcome, signal);
    },
  };
}

/** Lets packets of pods pass the FORWARD chains of others that would drop them, as long as they would. */
export function forwardController(
  facts: Facts,
  driver: Driver<ForwardAcceptItem> & ForwardAccepts,
  leftover: Driver<LeftoverItem>,
): ControllerOptions {
  const leftovers = new Leftovers(leftover);
  return {
    name: 'forward',
    times: syncTimes(facts),
    deadlineMilliseconds,
    run: async (signal) => {
      const outcome = await reconcile(driver, await driver.needed(signal), signal);
      return leftovers.sweep(outcome, signal);
    },
  };
}

/** Keeps the node's pod ranges and the MTU for pods in the CNI file. The file is the operator's, and is never removed. */
export function cniController(
  facts: Facts,
  driver: Driver<CniFileItem>,
  underlay: Pick<Underlay, 'mtuOf'>,
): ControllerOptions {
  const name = 'cni';
  return {
    name,
    times: syncTimes(facts),
    deadlineMilliseconds,
    run: async (signal) => {
      if (!facts.config.enableCni) {
        facts.tellProblems(name, []);
        return nothingToDo;
      }
      const own = knownOwnNode(facts, name);
      if (own === null) return nothingToDo;
      const { item, problems } = desiredCniFile(own, facts.config, mtuFor(facts, underlay));
      facts.tellProblems(name, problems);
      return item === null ? nothingToDo : reconcile(driver, [item], signal, { mayDelete: false });
    },
  };
}
