import { setTimeout as wait } from 'node:timers/promises';

/** Waits until `isSo`, looking often; fails with what `describe` says when it takes longer than `milliseconds`. */
export async function until(
  isSo: () => boolean,
  describe: () => unknown,
  milliseconds = 10_000,
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!isSo()) {
    if (Date.now() > deadline)
      throw new Error(`not so after ${milliseconds} ms: ${JSON.stringify(describe())}`);
    await wait(10);
  }
}
