import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Teardown } from '@peerage/test-fixtures';

const run = promisify(execFile);

/** A cable between this process's namespace and one of a daemon's own. */
export interface Cable {
  readonly namespace: string;
  /** Our end. */
  readonly device: string;
  /** The daemon's end. */
  readonly far: string;
  /** Addresses of both ends, on a subnet that no other cable has. */
  readonly ours: string;
  readonly theirs: string;
  /** Link-local addresses of both ends, without a scope. */
  readonly ourLinkLocal: string;
  readonly theirLinkLocal: string;
}

/** `ip` with these words, in a namespace where one is given. */
export async function ip(words: string, namespace?: string): Promise<string> {
  const within = namespace === undefined ? [] : ['-n', namespace];
  return (await run('ip', [...within, ...words.split(' ')])).stdout;
}

/** Lays a cable; both ends go with the namespace. Needs root. */
export async function layCable(t: Teardown, { hasGlobal = true } = {}): Promise<Cable> {
  const id = randomBytes(3).toString('hex');
  const namespace = `bgp-${id}`;
  const device = `bgp${id}`;
  const net = `fd${id.slice(0, 2)}:${(Number.parseInt(id.slice(2), 16) | 1).toString(16)}`;
  await ip(`netns add ${namespace}`);
  t.teardown(() => ip(`netns delete ${namespace}`));
  await ip('link set lo up', namespace);
  await ip(`link add ${device} type veth peer name far netns ${namespace}`);
  const ends = [
    { name: device, number: 1, within: undefined },
    { name: 'far', number: 2, within: namespace },
  ] as const;
  for (const { name, number, within } of ends) {
    await ip(`link set ${name} addrgenmode none up`, within);
    await ip(`address add fe80::${number}/64 dev ${name} nodad`, within);
    if (hasGlobal) await ip(`address add ${net}::${number}/64 dev ${name} nodad`, within);
  }
  const [ours, theirs] = [`${net}::1`, `${net}::2`];
  return { namespace, device, far: 'far', ours, theirs, ourLinkLocal: 'fe80::1', theirLinkLocal: 'fe80::2' };
}
