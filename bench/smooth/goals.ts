/** What a run is measured against. */
export const goals = {
  p99Milliseconds: 20,
  mostMilliseconds: 100,
  pageMilliseconds: 200,
} as const;
