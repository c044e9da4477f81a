import type { BitingPolicy, PolicyHits } from './biting-policy.js';
import type { Verdict } from './expectation.js';
import type { ReceiverFault, ReceiverNote } from './receiver.js';
import type { Scenario } from './scenario.js';
import type { World } from './world.js';

/** What the tester is to do; its only argument, as JSON. */
export interface TesterOrder {
  readonly scenario: Scenario;
  readonly world: World;
  readonly seed: number;
  /** What the daemon does to routes, on import and on export. */
  readonly policy?: BitingPolicy;
  /** Offered to the daemon; a KEEPALIVE goes out after a sixth of it. */
  readonly holdSeconds: number;
  readonly connectSeconds: number;
  /** Longest time that a phase may take, and without a sign of the daemon. */
  readonly phaseSeconds: number;
  readonly idleSeconds: number;
  /** How long to look for late changes after all is in sync. */
  readonly lingerSeconds: number;
}

export type PhaseName = 'load' | 'churn' | 'steps' | 'loss';

/** Seconds from the start of a phase, by the tester's clock. */
export interface PhaseFigures {
  /** The last monitor is in sync, and stays so. */
  readonly seconds: number;
  /** The last feeder and monitor are. */
  readonly feedersSeconds: number;
  /** A monitor received the first UPDATE. */
  readonly firstSeconds: number;
  /** The kernel took the last octet of the feeders. */
  readonly sentSeconds: number;
  /** Parts of single flaps, the median of each. */
  readonly steps?: { readonly withdraw: number; readonly announce: number; readonly change: number };
}

/** What receivers counted: what fails a run, and what is only told. */
export interface Findings {
  readonly faults: Partial<Record<ReceiverFault | Exclude<Verdict, 'right'>, number>>;
  readonly notes: Partial<Record<ReceiverNote, number>>;
  readonly examples: readonly string[];
  readonly updates: number;
  readonly routes: number;
  readonly octets: number;
  /** Routes that the policy bites, by the data; each receiver was sent it so. */
  readonly hits?: PolicyHits;
}

/** The tester's side of the talk. After `ready` it waits for any message before it begins. */
export type TesterMessage =
  | { readonly event: 'ready'; readonly phase: PhaseName }
  /** Nothing came for a while: from now on it reads what did. Told again when more came after all. */
  | { readonly event: 'quiet'; readonly phase: PhaseName }
  | { readonly event: 'over'; readonly phase: PhaseName; readonly figures: PhaseFigures }
  | { readonly event: 'end'; readonly findings: Findings }
  | { readonly event: 'failed'; readonly reason: string; readonly findings: Findings };
