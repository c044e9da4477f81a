import { BlockList, isIPv6 } from 'node:net';

/** One range of the `host-local` plugin as it stands in the file; keys beside `subnet` were put there by an operator. */
export type CniRange = Readonly<Record<string, unknown>>;

/** True when an address or a range lies inside one of the ranges. Text that is neither lies nowhere. */
export function liesInside(text: unknown, cidrs: readonly string[]): boolean {
  if (typeof text !== 'string') return false;
  const [address = '', length] = text.split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  return cidrs.some((cidr) => {
    const [network = '', bits = ''] = cidr.split('/');
    if (isIPv6(network) !== (family === 'ipv6')) return false;
    if (length !== undefined && Number(length) < Number(bits)) return false;
    const block = new BlockList();
    block.addSubnet(network, Number(bits), family);
    return block.check(address, family);
  });
}

/**
 * The range sets of a node: an operator's own sets (with keys beside `subnet`) stay, plain ones are replaced by the node's pod
 * ranges, IPv4 first. A pod range in which an operator's set lies is not added again. Each set gives every pod one address.
 */
export function replaceRangeSets(
  sets: readonly unknown[],
  podCidrs: readonly string[],
): readonly (readonly CniRange[])[] {
  const operators = sets
    .filter(isRangeSet)
    .filter((set) => set.some((range) => Object.keys(range).some((key) => key !== 'subnet')));
  const ordered = [...podCidrs].sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')));
  const added = ordered.filter(
    (cidr) => !operators.some((set) => set.some(({ subnet }) => liesInside(subnet, [cidr]))),
  );
  return [...added.map((subnet) => [{ subnet }]), ...operators];
}

function isRangeSet(value: unknown): value is readonly CniRange[] {
  return Array.isArray(value) && value.every((range) => typeof range === 'object' && range !== null);
}
