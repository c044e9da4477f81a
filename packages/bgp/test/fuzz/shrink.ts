/** Attempts at most: a small input is a convenience. */
const ATTEMPTS = 400;

/** A smaller input that still fails: runs of it are left out, then octets become zero. The control octet stays. */
export async function shrink(
  input: Uint8Array,
  fails: (candidate: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let best = input;
  let attempts = 0;
  const accept = async (candidate: Uint8Array): Promise<boolean> => {
    if (attempts++ >= ATTEMPTS || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let size = Math.max(1, input.length >>> 1); size >= 1; size = size >>> 1) {
    for (let at = best.length - size; at >= 1 && attempts < ATTEMPTS; at -= size) {
      const candidate = new Uint8Array(best.length - size);
      candidate.set(best.subarray(0, at));
      candidate.set(best.subarray(at + size), at);
      await accept(candidate);
    }
  }
  for (let at = 1; at < best.length && attempts < ATTEMPTS; at++) {
    if (best[at] === 0) continue;
    const candidate = best.slice();
    candidate[at] = 0;
    await accept(candidate);
  }
  return best;
}
