import { setTimeout as sleep } from 'node:timers/promises';

/** Limits of {@link eventually}, in milliseconds. */
export interface EventuallyOptions {
  /** How long to try. Default 30,000: machines may be slow, and what is right ends sooner. */
  readonly timeout?: number;
  /** Pause between two tries. Default 50. */
  readonly interval?: number;
}

/**
 * Tries `attempt` until it gives something other than `undefined` or `false`, and gives that back. An attempt that
 * throws is tried again too; the last error, or the last value, is in the message when the time is over.
 *
 * ```ts
 * const session = await eventually(() => speaker.peers().find((peer) => peer.state === 'Established'));
 * ```
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeout = 30_000, interval = 50 }: EventuallyOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeout;
  for (;;) {
    let last: { readonly value: T } | { readonly error: unknown };
    try {
      const value = await attempt();
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
      last = { value };
    } catch (error) {
      last = { error };
    }
    if (performance.now() >= deadline) {
      if (!('error' in last))
        throw new Error(`not so within ${timeout} ms: the last try gave ${String(last.value)}`);
      const reason = last.error instanceof Error ? last.error.message : String(last.error);
      throw new Error(`not so within ${timeout} ms: ${reason}`, { cause: last.error });
    }
    await sleep(interval);
  }
}
