import { formatIp, isIpv4, parseIp } from '../items/ip.js';
import type { AddressFamily } from '../items/peer.js';
import type { Node } from '../model/cluster.js';

/** The addresses of a node that matter for routing, in canonical text. */
export interface NodeAddresses {
  /** First InternalIP, else first ExternalIP, of either family; what its mesh sessions use. */
  readonly primary: string;
  readonly primaryFamily: AddressFamily;
  /** Best address by family: the primary one if it is of that family, else the first internal, else the first external one. */
  readonly best: { readonly [family in AddressFamily]?: string };
}

/** Null for a node without any usable address. */
export function nodeAddresses(node: Node): NodeAddresses | null {
  const addresses = ['InternalIP', 'ExternalIP'].flatMap((type) =>
    node.addresses.filter((address) => address.type === type).map((address) => parseIp(address.address)),
  );
  const usable = addresses.filter((bytes) => bytes !== null);
  const [primary] = usable;
  if (primary === undefined) return null;
  const ipv4 = usable.find((bytes) => isIpv4(bytes));
  const ipv6 = usable.find((bytes) => !isIpv4(bytes));
  return {
    primary: formatIp(primary),
    primaryFamily: isIpv4(primary) ? 'ipv4' : 'ipv6',
    best: {
      ...(ipv4 === undefined ? {} : { ipv4: formatIp(ipv4) }),
      ...(ipv6 === undefined ? {} : { ipv6: formatIp(ipv6) }),
    },
  };
}

/** Whether an address is one of the node's own, whatever its kind or spelling. */
export function isAddressOf(node: Node, text: string): boolean {
  const bytes = parseIp(text);
  if (bytes === null) return false;
  const canonical = formatIp(bytes);
  return node.addresses.some((address) => {
    const own = parseIp(address.address);
    return own !== null && formatIp(own) === canonical;
  });
}
