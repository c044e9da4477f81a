import type { FuzzTarget } from './target.js';

/** A target with bugs that the fuzzer must find: one each of what it looks for, behind octets that it has to guess. */
export const target: FuzzTarget = {
  name: 'planted',
  batch: 64,
  longest: 64,
  seeds: () => [Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8)],
  run(probe, _control, bytes, start, end) {
    const [first, second] = [bytes[start] ?? 0, bytes[start + 1] ?? 0];
    if (end - start < 4) return;
    if (first === 0x10) throw new RangeError('planted: it throws');
    if (first === 0x20) probe.see('octet', bytes[end]!);
    if (first === 0x7f) probe.same('what was written again', 'other', 'planted');
    // Seldom, so that the others are found first.
    if (first === 0xff && second === 0x99) for (;;) probe.see('round and round', 0);
  },
};
