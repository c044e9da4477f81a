import type { Snapshot } from '../model/snapshot.js';
import type { Concern, ConcernWatch } from './concern-watch.js';

/** What of the cluster a controller works from. */
type Part = 'cluster' | 'nodes' | 'own-node' | 'nothing';

interface Following {
  readonly part: Part;
  readonly withinMilliseconds: number;
}

const atOnce = 0;
/** What is to be told to peers is on its way by then. */
const afterPeers = 25;
/** And in the kernels of most: programs that are run for the host hold up this process, and take from the others of a small machine. */
const afterRoutes = 100;

/** What each controller follows. Those that speak to peers run at once. */
const followings: Readonly<Record<string, Following>> = {
  advertisements: { part: 'cluster', withinMilliseconds: atOnce },
  peers: { part: 'nodes', withinMilliseconds: atOnce },
  aggregates: { part: 'nodes', withinMilliseconds: atOnce },
  speaker: { part: 'own-node', withinMilliseconds: atOnce },
  overlay: { part: 'nodes', withinMilliseconds: afterPeers },
  egress: { part: 'nodes', withinMilliseconds: afterRoutes },
  sysctl: { part: 'own-node', withinMilliseconds: afterRoutes },
  bridge: { part: 'own-node', withinMilliseconds: afterRoutes },
  cni: { part: 'own-node', withinMilliseconds: afterRoutes },
  'source-dest-check': { part: 'own-node', withinMilliseconds: afterRoutes },
  'wireguard-key': { part: 'own-node', withinMilliseconds: afterRoutes },
  forward: { part: 'nothing', withinMilliseconds: atOnce },
};
/** Of a controller that is not in the table. */
const everything: Following = { part: 'cluster', withinMilliseconds: atOnce };

/**
 * Which of the controllers work from what is not the same in two snapshots, null being the one before the first. Objects that did not
 * change are the same ones in both, and so are maps of them.
 */
export function clusterConcerns(
  controllers: Iterable<string>,
  before: Snapshot | null,
  after: Snapshot,
  nodeName: string,
): readonly Concern[] {
  const isKnownAlike = before !== null && isSameKnowledge(before, after);
  const isSame = (part: Part): boolean => {
    if (part === 'nothing') return true;
    if (before === null || !isKnownAlike) return false;
    if (part === 'own-node') return before.nodes.get(nodeName) === after.nodes.get(nodeName);
    return part === 'nodes' ? before.nodes === after.nodes : before === after;
  };
  // What other nodes announce comes by BGP: that is to be read first.
  const isOfOthers = isKnownAlike && isSame('own-node') && isSameBesideNodes(before, after);
  const least = isOfOthers ? afterRoutes : atOnce;
  return [...controllers].flatMap((controller) => {
    const { part, withinMilliseconds } = followings[controller] ?? everything;
    return isSame(part) ? [] : [{ controller, withinMilliseconds: Math.max(least, withinMilliseconds) }];
  });
}

function isSameBesideNodes(before: Snapshot, after: Snapshot): boolean {
  return before.services === after.services && before.endpointSlices === after.endpointSlices;
}

/** Whether the same kinds are known, and those that cannot be read for the same reasons. */
function isSameKnowledge(before: Snapshot, after: Snapshot): boolean {
  return (
    before.listed.size === after.listed.size &&
    [...before.listed].every((kind) => after.listed.has(kind)) &&
    before.degraded.size === after.degraded.size &&
    [...before.degraded].every(([kind, reason]) => after.degraded.get(kind) === reason)
  );
}

/** Wakes the controllers that work from what changed in the cluster. */
export class ClusterWatch {
  readonly #nodeName: string;
  readonly #concerns: ConcernWatch;
  #before: Snapshot | null = null;

  constructor(nodeName: string, concerns: ConcernWatch) {
    this.#nodeName = nodeName;
    this.#concerns = concerns;
  }

  /** The cluster is as in `snapshot` now; these controllers run. */
  changed(snapshot: Snapshot, controllers: Iterable<string>): void {
    this.#concerns.changed(clusterConcerns(controllers, this.#before, snapshot, this.#nodeName));
    this.#before = snapshot;
  }

  stop(): void {
    this.#concerns.stop();
  }
}
