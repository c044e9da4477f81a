/** What the tester does with a daemon. */
export interface Scenario {
  readonly letter: ScenarioLetter;
  /** Peers that announce. */
  readonly feeders: number;
  /** Prefixes of each feeder. */
  readonly prefixes: number;
  /** Peers that only receive. */
  readonly monitors: number;
  /** All feeders announce the same prefixes. */
  readonly overlap: boolean;
  /** Prefixes that flap (churn). */
  readonly flap: number;
  /** Flaps that are sent back to back (churn). */
  readonly cycles: number;
  /** Flaps of which each part waits for the one before (churn). */
  readonly steps: number;
  /** The daemon has policies that bite, on import and on export. */
  readonly isFiltered?: true;
}

export const scenarioNames = { a: 'table', b: 'peers', c: 'fanout', d: 'churn', e: 'loss' } as const;
export type ScenarioLetter = keyof typeof scenarioNames;

/** Sizes that a caller may choose. */
export interface ScenarioSizes {
  readonly n?: number;
  readonly peers?: number;
  readonly perPeer?: number;
  readonly overlap?: boolean;
  readonly monitors?: number;
  readonly flap?: number;
  readonly cycles?: number;
  readonly steps?: number;
}

/** A scenario by letter or name, with its usual sizes where none is given. Throws for a name that is none. */
export function scenario(name: string, sizes: ScenarioSizes = {}): Scenario {
  const letter = (Object.keys(scenarioNames) as ScenarioLetter[]).find(
    (one) => one === name || scenarioNames[one] === name,
  );
  if (letter === undefined) {
    const known = Object.entries(scenarioNames).map(([one, long]) => `${one} (${long})`);
    throw new RangeError(`there is no scenario "${name}"; there are ${known.join(', ')}`);
  }
  const isPeers = letter === 'b';
  const n = sizes.n ?? (letter === 'e' ? 500_000 : 100_000);
  const prefixes = isPeers ? (sizes.perPeer ?? 10_000) : n;
  return {
    letter,
    feeders: isPeers ? (sizes.peers ?? 10) : 1,
    prefixes,
    monitors: sizes.monitors ?? (letter === 'c' ? 50 : 1),
    overlap: isPeers && sizes.overlap === true,
    flap: Math.min(prefixes, sizes.flap ?? 10_000),
    cycles: sizes.cycles ?? 20,
    steps: sizes.steps ?? 5,
  };
}

/** `b peers 10×10000 distinct`: tells runs apart that must not be compared. */
export function labelOf(one: Scenario): string {
  return one.isFiltered ? `${plainLabelOf(one)}${FILTERED}` : plainLabelOf(one);
}

/** At the end of the label of a scenario with policies. */
export const FILTERED = ' with policy';

function plainLabelOf(one: Scenario): string {
  const name = `${one.letter} ${scenarioNames[one.letter]}`;
  switch (one.letter) {
    case 'b':
      return `${name} ${one.feeders}×${one.prefixes} ${one.overlap ? 'same' : 'distinct'}`;
    case 'c':
      return `${name} ${one.prefixes} to ${one.monitors}`;
    case 'd':
      return `${name} ${one.prefixes}, ${one.flap}×${one.cycles}`;
    default:
      return `${name} ${one.prefixes}`;
  }
}
