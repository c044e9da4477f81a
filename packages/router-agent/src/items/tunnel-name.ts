import { createHash } from 'node:crypto';

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 11);

/**
 * Names of the link to a node, by its address in canonical text. The first is kube-router's, so that a link of its is taken over: a hash
 * over the address without its dots and colons, which is the same for 2.13.0.4 and 21.3.0.4. The second, over the whole address, is for
 * the later of two such addresses in the order of their text.
 */
export function tunnelNames(address: string): readonly [usual: string, exact: string] {
  return [`tun-${hashed(address.replace(/[.:]/g, ''))}`, `tun-${hashed(address)}`];
}

/** The name of the link to each of these addresses; no two get the same one. */
export function nameTunnels(addresses: Iterable<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const address of [...new Set(addresses)].sort()) {
    const [usual, exact] = tunnelNames(address);
    const name = taken.has(usual) ? exact : usual;
    taken.add(name);
    names.set(address, name);
  }
  return names;
}

/** Whether a link of this name to this address can be ours, of this version or of one of kube-router's (v0.3.1: the digits). */
export function isTunnelName(name: string, address: string): boolean {
  const digits = address.replace(/\./g, '');
  const old = digits.length === 12 ? `tun${digits}` : `tun-${digits}`;
  return tunnelNames(address).includes(name) || (name === old && !address.includes(':'));
}
