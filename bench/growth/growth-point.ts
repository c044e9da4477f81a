/** What `growth-point.ts` of the library's benches prints: so many prefixes from so many peers, all the same ones. */
export interface GrowthPoint {
  readonly prefixes: number;
  readonly peers: number;
  readonly paths: number;
  readonly attributeSets: number;
  /** CPU time for a route: received, decided, sent. */
  readonly nanosecondsPerRoute: number;
  /** After settling. */
  readonly residentBytes: number;
  /** What is in use of the heap. */
  readonly heapBytes: number;
  /** The columns' own octets, without those of attributes. */
  readonly columnBytes: number;
  readonly attributeBytes: number;
}
