import { type GenericNetlink, LinuxError, type Netlink, RouteBatch, type Rule } from '@peerage/linux';
import { cidrText, formatIp, parseCidr, parseIp } from '../items/ip.js';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import {
  type FouPortItem,
  fouPortKind,
  overlayTable,
  type PolicyRouteItem,
  policyRouteKind,
  type RuleItem,
  ruleKind,
} from '../items/policy-routing.js';
import { eachChange } from './each-change.js';

/** Number by which the kernel remembers who made a route or rule. */
const ownProtocol = 17;

/** The rules that lead to kube-router's table: ours, and those that it left. */
export class RuleDriver implements Driver<RuleItem> {
  readonly kind = ruleKind;
  readonly #netlink: Pick<Netlink, 'rules'>;

  constructor(netlink: Pick<Netlink, 'rules'>) {
    this.#netlink = netlink;
  }

  async read(): Promise<readonly RuleItem[]> {
    return (await this.#rules()).map(itemOf);
  }

  apply(changes: readonly Change<RuleItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ key, after }) => {
      if (after !== undefined) return this.#netlink.rules.add(ruleOf(after));
      const there = (await this.#rules()).find((rule) => ruleKind.key(itemOf(rule)) === key);
      if (there !== undefined) await this.#netlink.rules.delete(there);
    });
  }

  async #rules(): Promise<readonly Rule[]> {
    const families = await Promise.all(([4, 6] as const).map((family) => this.#netlink.rules.dump(family)));
    return families.flat().filter(({ table }) => table === overlayTable);
  }
}

function itemOf({ source, priority = 0 }: Rule): RuleItem {
  const text = source === undefined ? 'all' : cidrText(source.address, source.prefixLength);
  return { source: text, priority };
}

function ruleOf({ source, priority }: RuleItem): Rule {
  const cidr = parseCidr(source);
  if (cidr === null) throw new Error(`"${source}" is no address range`);
  const family = cidr.bytes.length === 4 ? 4 : 6;
  const range = { address: cidr.bytes, prefixLength: cidr.length };
  return { family, source: range, priority, table: overlayTable, protocol: ownProtocol };
}

/** The routes of kube-router's table, which is ours alone. */
export class PolicyRouteDriver implements Driver<PolicyRouteItem> {
  readonly kind = policyRouteKind;
  readonly #netlink: Pick<Netlink, 'links' | 'routes'>;

  constructor(netlink: Pick<Netlink, 'links' | 'routes'>) {
    this.#netlink = netlink;
  }

  async read(): Promise<readonly PolicyRouteItem[]> {
    const links = new Map((await this.#netlink.links.dump()).map(({ index, name }) => [index, name]));
    const items: PolicyRouteItem[] = [];
    for (const family of [4, 6] as const) {
      for await (const routes of this.#netlink.routes.dump({ family, table: overlayTable })) {
        for (const { destination, prefixLength, nextHops } of routes) {
          const hop = nextHops.length === 1 ? nextHops[0] : undefined;
          const isHost = prefixLength === destination.length * 8;
          items.push({
            destination: isHost ? formatIp(destination) : cidrText(destination, prefixLength),
            link: links.get(hop?.interfaceIndex ?? 0) ?? '',
            named: hop?.gateway !== undefined,
          });
        }
      }
    }
    return items;
  }

  apply(changes: readonly Change<PolicyRouteItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ key, verb, after }) => {
      const cidr = parseCidr(key.includes('/') ? key : `${key}/${key.includes(':') ? 128 : 32}`);
      if (cidr === null) throw new Error(`"${key}" is no address`);
      const family = cidr.bytes.length === 4 ? 4 : 6;
      const base = { family, destination: cidr.bytes, prefixLength: cidr.length, metric: 0 } as const;
      const batch = new RouteBatch();
      if (after === undefined) {
        const there = await this.#protocolsOf(family, cidr.bytes, cidr.length);
        for (const protocol of there) batch.delete({ ...base, table: overlayTable, protocol, nextHops: [] });
      } else {
        const link = await this.#netlink.links.get(after.link);
        if (link === undefined) throw new Error(`its link ${after.link} is not there`);
        const gateway = parseIp(after.destination) ?? cidr.bytes;
        const hop = { interfaceIndex: link.index, ...(after.named && { gateway, onlink: true }) };
        const route = { ...base, table: overlayTable, protocol: ownProtocol, nextHops: [hop] };
        if (verb === 'create') batch.create(route);
        else batch.replace(route);
      }
      const [failure] = await this.#netlink.routes.apply(batch);
      if (failure !== undefined && failure.code !== 'ESRCH')
        throw new Error(`${failure.code}: ${failure.message}`);
    });
  }

  async #protocolsOf(family: 4 | 6, destination: Uint8Array, length: number): Promise<readonly number[]> {
    const protocols: number[] = [];
    for await (const routes of this.#netlink.routes.dump({ family, table: overlayTable })) {
      for (const route of routes) {
        const same = route.destination.every((octet, i) => octet === destination[i]);
        if (same && route.prefixLength === length) protocols.push(route.protocol);
      }
    }
    return protocols;
  }
}

/** Opens a handle on generic netlink at first need: most nodes have none. */
export type OpenGeneric = () => Promise<GenericNetlink>;

/** The UDP ports of this node at which tunnels end. A port for anything but GUE, or of another number, is not ours. */
export class FouPortDriver implements Driver<FouPortItem> {
  readonly kind = fouPortKind;
  readonly #open: OpenGeneric;
  readonly #ports: readonly number[];

  constructor(open: OpenGeneric, ports: readonly number[]) {
    this.#open = open;
    this.#ports = ports;
  }

  async read(): Promise<readonly FouPortItem[]> {
    try {
      const ports = await (await this.#open()).fou.list();
      return ports
        .filter(({ kind, port }) => kind === 'gue' && this.#ports.includes(port))
        .map(({ family, port }) => ({ family, port }));
    } catch (error) {
      // A kernel without FoU has none; opening one says what is missing.
      if (error instanceof LinuxError && error.errnoName === 'ENOENT') return [];
      throw error;
    }
  }

  apply(changes: readonly Change<FouPortItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ before, after }) => {
      const { fou } = await this.#open();
      if (after !== undefined) await fou.add({ ...after, kind: 'gue' });
      else if (before !== undefined) await fou.delete({ ...before, kind: 'gue' });
    });
  }
}
