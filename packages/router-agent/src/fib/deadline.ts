/** The part of a clock that a deadline needs. */
export interface DeadlineClock {
  setTimer(milliseconds: number, callback: () => void): { cancel(): void };
}

/** What `promise` comes to, or an error when that takes longer than `milliseconds`. */
export async function withDeadline<T>(
  promise: Promise<T>,
  milliseconds: number,
  doing: string,
  clock: DeadlineClock,
): Promise<T> {
  let timer: { cancel(): void } | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = clock.setTimer(milliseconds, () => {
      reject(new Error(`${doing}: no answer within ${milliseconds / 1000} s`));
    });
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer?.cancel();
  }
}

/** The same values, with a deadline for each step. */
export async function* stepwise<T>(
  values: AsyncIterable<T>,
  milliseconds: number,
  doing: string,
  clock: DeadlineClock,
): AsyncGenerator<T, void, undefined> {
  const iterator = values[Symbol.asyncIterator]();
  let open = true;
  try {
    for (;;) {
      const step = await withDeadline(iterator.next(), milliseconds, doing, clock);
      if (step.done === true) {
        open = false;
        return;
      }
      yield step.value;
    }
  } finally {
    // A source that hangs is not waited for.
    if (open) void iterator.return?.().catch(() => {});
  }
}
