/** A test that proves a row: its file from `packages/`, without `.test.ts`, and its title, or the part of it that stands in the file. */
export type TestRef = readonly [file: string, title: string];

/** How the agent does what kube-router does: `later` belongs to a part that is not there, `open` has no test on record yet. */
export type CompatibilityState = 'same' | 'better' | 'refused' | 'later' | 'open';

/** One thing of kube-router. */
export interface CompatibilityRow {
  readonly what: string;
  readonly state: CompatibilityState;
  /** How it is better, why it is refused, or to what part it belongs. */
  readonly how?: string;
  readonly tests: readonly TestRef[];
}

export const same = (what: string, ...tests: readonly TestRef[]): CompatibilityRow => ({
  what,
  state: 'same',
  tests,
});

export const better = (what: string, how: string, ...tests: readonly TestRef[]): CompatibilityRow => ({
  what,
  state: 'better',
  how,
  tests,
});

export const refused = (what: string, why: string, ...tests: readonly TestRef[]): CompatibilityRow => ({
  what,
  state: 'refused',
  how: why,
  tests,
});

export const later = (what: string, part: string): CompatibilityRow => ({
  what,
  state: 'later',
  how: part,
  tests: [],
});

export const open = (what: string): CompatibilityRow => ({ what, state: 'open', tests: [] });
