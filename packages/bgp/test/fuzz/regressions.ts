/** Inputs that once showed something, by target: hex, control octet first. They are run again by the tests. */
export const REGRESSIONS: readonly {
  readonly target: string;
  readonly what: string;
  readonly input: string;
}[] = [
  {
    target: 'framer',
    what: '`ready` did not tell of a marker that is wrong when the length asked for more octets',
    input: '6f0000000000000000000000000000000000ff00',
  },
  {
    target: 'nlri',
    what: 'label 0 with a traffic class above others was read and could not be written',
    input: '850000000000000000008000000600006700000000000000000000',
  },
];
