import { randomBytes } from 'node:crypto';
import { needs } from '@peerage/test-fixtures';
import type { Netlink, NextHop, Route } from '../src/index.js';
import { openNetlink } from '../src/index.js';
import { createNamespace, deleteNamespace, exec, vethPair } from '../src/netns/namespace.js';

/** Options for a test that makes network namespaces. */
export const needsRoot = needs('root', 'command:ip');

/** Removes what a test made, whether it passed or not. */
interface Teardown {
  teardown(undo: () => Promise<unknown>): void;
}

/** A namespace of the test's own. */
export async function freshNamespace(t: Teardown): Promise<string> {
  const name = `lx-${randomBytes(4).toString('hex')}`;
  await createNamespace(name);
  t.teardown(() => deleteNamespace(name));
  return name;
}

/** A namespace with a cable, `one` at 192.0.2.1/24 and 2001:db8::1/64, and a handle on it. */
export async function kernel(t: Teardown): Promise<{ namespace: string; netlink: Netlink; cable: number }> {
  const namespace = await freshNamespace(t);
  const addresses = ['192.0.2.1/24', '2001:db8::1/64'];
  await vethPair({ namespace, name: 'one', addresses }, { namespace, name: 'two' });
  const netlink = await openNetlink({ namespace });
  t.teardown(() => netlink.close());
  const cable = (await netlink.links.get('one'))?.index ?? 0;
  return { namespace, netlink, cable };
}

/** What `ip route show` prints for a prefix, each route and next hop without the parts that never differ. */
export async function shown(namespace: string, family: 4 | 6, ...filter: string[]): Promise<string[]> {
  const { stdout } = await exec(namespace, ['ip', `-${family}`, 'route', 'show', ...filter]);
  return stdout
    .replace(/\n\t/g, ' | ')
    .split('\n')
    .map((line) =>
      line
        .replace(/ (dev one|pref medium|weight 1)\b/g, '')
        .trim()
        .replace(/ +/g, ' '),
    )
    .filter((line) => line !== '');
}

/** 192.0.2.LAST or 2001:db8::LAST, as a next hop. */
export function via(family: 4 | 6, last: number): NextHop {
  return { gateway: family === 4 ? Uint8Array.of(192, 0, 2, last) : ipv6(0x20, 1, 0xd, 0xb8, last) };
}

/** 10.NUMBER.0.0/16 or fd00:NUMBER::/32 by way of those gateways, of protocol 17. */
export function routeTo(family: 4 | 6, number: number, gateways: readonly number[], metric = 0): Route {
  return {
    family,
    destination: family === 4 ? Uint8Array.of(10, number, 0, 0) : ipv6(0xfd, 0, 0, number, 0),
    prefixLength: family === 4 ? 16 : 32,
    table: 254,
    protocol: 17,
    metric,
    nextHops: gateways.map((last) => via(family, last)),
  };
}

function ipv6(a: number, b: number, c: number, d: number, last: number): Uint8Array {
  return Uint8Array.of(a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last);
}
