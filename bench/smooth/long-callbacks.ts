import type { LongCallback, Pause, ProbeProfile } from './probe-messages.js';

/** What a long callback was busy with. */
export interface Explained extends LongCallback {
  /** Of it, milliseconds in which the collector ran. */
  readonly collected: number;
  /** Functions by their share of samples, with what they called; the largest first. Empty without a profile. */
  readonly functions: readonly Share[];
  /** The same without what they called. */
  readonly own: readonly Share[];
}

export interface Share {
  readonly name: string;
  readonly share: number;
}

const SHOWN = 10;

/** Says of each callback what it was busy with, by the samples that fell into it. */
export function explained(
  callbacks: readonly LongCallback[],
  pauses: readonly Pause[],
  sampled: ProbeProfile | null,
): Explained[] {
  const stacks = sampled === null ? [] : stacksOf(sampled);
  return callbacks.map((callback) => {
    const end = callback.at + callback.milliseconds;
    const inside = stacks.filter(({ at }) => at >= callback.at && at <= end);
    const functions = sharesOf(inside.map(({ names }) => [...new Set(names)]));
    const own = sharesOf(inside.map(({ names }) => names.slice(-1)));
    const collected = pauses
      .map(({ at, milliseconds }) => Math.min(end, at + milliseconds) - Math.max(callback.at, at))
      .filter((overlap) => overlap > 0)
      .reduce((sum, overlap) => sum + overlap, 0);
    return { ...callback, collected, functions, own };
  });
}

function sharesOf(samples: readonly (readonly string[])[]): Share[] {
  const counts = new Map<string, number>();
  for (const name of samples.flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .filter(([name]) => name !== '(root)' && name !== '')
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([name, count]) => ({ name, share: count / samples.length }));
}

/** Names of functions, from the outermost in, at each sample; `at` in milliseconds since the process began. */
function stacksOf({ profile, zero }: ProbeProfile): { readonly at: number; readonly names: string[] }[] {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
  const parents = new Map<number, number>();
  for (const { id, children } of profile.nodes) for (const child of children ?? []) parents.set(child, id);
  let time = profile.startTime;
  return profile.samples.map((node, i) => {
    time += profile.timeDeltas[i]!;
    const stack: string[] = [];
    for (let id: number | undefined = node; id !== undefined; id = parents.get(id))
      stack.unshift(names.get(id)!);
    return { at: (time - zero) / 1000, names: stack };
  });
}
