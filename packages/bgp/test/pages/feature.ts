import type { InteropFeature } from '@peerage/test-fixtures';

/** Sections of the table of features. */
export const sections = [
  'Session and messages',
  'Transport protection',
  'Address families',
  'Attributes',
] as const;

/** What is there, and which tests prove it. */
export interface DoneFeature {
  readonly section: (typeof sections)[number];
  readonly feature: string;
  readonly rfcs: readonly number[];
  /** Files of tests, from `packages/`, without `.test.ts`. */
  readonly tests: readonly string[];
  /** Features of interop tests that belong to it. */
  readonly interop?: readonly InteropFeature[];
  readonly note?: string;
}

/** What is not there, and why. */
export interface MissingFeature {
  readonly section: (typeof sections)[number];
  readonly feature: string;
  readonly rfcs: readonly number[];
  readonly missing: string;
}
