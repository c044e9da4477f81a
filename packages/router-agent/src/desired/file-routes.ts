import type { Config } from '../config/config.js';
import type { NodeSelector, OriginatedAttributes } from '../config/file-config.js';
import { type AdvertisementItem, Owner } from '../items/advertisement.js';
import type { AggregateItem } from '../items/aggregate.js';
import { formatCidr, isIpv4, parseCidr } from '../items/ip.js';
import type { AddressFamily } from '../items/peer.js';
import type { PolicyStatementItem } from '../items/policy.js';
import type { Node, Problem } from '../model/cluster.js';
import { drainedAttributes, drainedReason, type Leaving, staying } from './drain.js';
import { isFor } from './node-selector.js';
import type { OwnNode } from './own-node.js';

/** A prefix of the file as it is announced, or why it is not. */
export interface FileRoute {
  readonly item: AdvertisementItem;
  /** Where the file says so. */
  readonly place: string;
  readonly advertised: boolean;
  readonly reason: string;
}

/** Prefixes that the file has this node announce. Of one that is there twice the first counts. On a node that is drained, those leave that lead to it. */
export function fileRoutes(
  own: OwnNode,
  config: Config,
  leaving: Leaving = staying,
): { readonly routes: readonly FileRoute[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const routes = new Map<string, FileRoute>();
  for (const { prefixes, nextHop, attributes, mesh, for: selector, place } of config.file.announcements) {
    if (!isFor(selector, own.node)) continue;
    for (const prefix of prefixes.map(canonical)) {
      const other = routes.get(prefix);
      if (other !== undefined) {
        problems.push({
          place,
          message: `${prefix} is announced by ${other.place} too, which holds; remove one`,
        });
        continue;
      }
      const drained = nextHop === undefined ? leaving : staying;
      const item: AdvertisementItem = {
        prefix,
        owner: mesh ? Owner.StaticMesh : Owner.Static,
        ...(nextHop === undefined ? {} : { nextHop }),
        ...originated(attributes, drained),
      };
      const kept = nextHop === undefined ? keptBack(prefix, place, own, config, leaving) : null;
      routes.set(prefix, {
        item,
        place,
        advertised: kept === null,
        reason:
          kept ??
          `${place} announces it to external peers${mesh ? ' and to nodes' : ''}${drainedReason(drained)}`,
      });
    }
  }
  return { routes: [...routes.values()], problems };
}

/** Aggregates that the file has this node make. One that leaves is still made while no other node makes it. */
export function fileAggregates(
  own: OwnNode,
  config: Config,
  leaving: Leaving = staying,
): { readonly items: readonly AggregateItem[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const found = new Map<string, { readonly item: AggregateItem; readonly place: string }>();
  for (const aggregate of config.file.aggregates) {
    const { asSet, summaryOnly, discard, contributors, attributes, place } = aggregate;
    if (!isFor(aggregate.for, own.node)) continue;
    const prefix = canonical(aggregate.prefix);
    const other = found.get(prefix);
    if (other !== undefined) {
      const message = `the aggregate ${prefix} is made by ${other.place} too, which holds; remove one`;
      problems.push({ place, message });
      continue;
    }
    const makers = config.file.aggregates.filter((one) => canonical(one.prefix) === prefix);
    if (hasLeft(leaving, familyOf(prefix), makers)) continue;
    const item: AggregateItem = {
      prefix,
      asSet,
      summaryOnly,
      discard,
      ...(contributors === undefined
        ? {}
        : { contributors: { name: contributors, ...config.file.policies } }),
      ...originated(attributes, leaving),
    };
    found.set(prefix, { item, place });
  }
  return { items: [...found.values()].map(({ item }) => item), problems };
}

/** Prefixes for which the file has other nodes send packets to a node. */
export function meshPrefixes(node: Node, { file }: Config): readonly string[] {
  const announced = file.announcements.filter(({ mesh, nextHop }) => mesh && nextHop === undefined);
  const parts = [
    ...announced,
    ...file.aggregates
      .filter(({ mesh }) => mesh)
      .map((aggregate) => ({ ...aggregate, prefixes: [aggregate.prefix] })),
  ];
  return parts.filter((part) => isFor(part.for, node)).flatMap(({ prefixes }) => prefixes.map(canonical));
}

/** Statements that let what the file announces out, to other nodes or to external peers. */
export function fileStatements(
  own: OwnNode,
  config: Config,
  to: 'mesh' | 'external',
): readonly PolicyStatementItem[] {
  const here = config.file.announcements.filter((route) => isFor(route.for, own.node));
  const aggregates = config.file.aggregates.filter(
    (route) => isFor(route.for, own.node) && (to === 'external' || route.mesh),
  );
  const owners = to === 'mesh' ? [Owner.StaticMesh] : [Owner.Static, Owner.StaticMesh];
  // Other nodes have our AS, and would take a path with it for a loop.
  const prepended = to === 'mesh' ? [] : [...here, ...aggregates].flatMap(prependedOf);
  const statements: PolicyStatementItem[] = prepended.map(({ prefixes, count }, i) => ({
    name: `file-prepended-${i + 1}`,
    prefixes,
    local: true,
    action: 'accept',
    prepend: { as: 'self', count },
  }));
  if (here.length > 0) statements.push({ name: 'file-prefixes', owners, action: 'accept' });
  if (aggregates.length > 0) {
    const prefixes = aggregates.map(({ prefix }) => canonical(prefix));
    statements.push({ name: 'file-aggregates', prefixes, local: true, action: 'accept' });
  }
  return statements;
}

function prependedOf(
  route:
    | { readonly prefixes: readonly string[]; readonly attributes: OriginatedAttributes }
    | { readonly prefix: string; readonly attributes: OriginatedAttributes },
): readonly { readonly prefixes: readonly string[]; readonly count: number }[] {
  const count = route.attributes.prepend ?? 0;
  const prefixes = 'prefix' in route ? [route.prefix] : route.prefixes;
  return count === 0 ? [] : [{ prefixes: prefixes.map(canonical), count }];
}

/** Prepending is a matter of the session, so the policy does it. */
function originated(
  { prepend: _, ...own }: OriginatedAttributes,
  leaving: Leaving,
): Pick<AdvertisementItem, 'attributes'> {
  const attributes = drainedAttributes(own, leaving) ?? own;
  return Object.keys(attributes).length === 0 ? {} : { attributes };
}

/** Why this node does not announce a prefix that would lead to it; null when it does. */
function keptBack(
  prefix: string,
  place: string,
  own: OwnNode,
  config: Config,
  leaving: Leaving,
): string | null {
  const family = familyOf(prefix);
  if (!own.families.includes(family))
    return `this node has no ${family} address to be the next hop; give nextHop in ${place}`;
  const announcers = config.file.announcements.filter((part) =>
    part.prefixes.some((text) => canonical(text) === prefix),
  );
  return hasLeft(leaving, family, announcers) ? `${leaving.why}; other nodes have it` : null;
}

/** Whether the node has been left, and a node that is not drained has what `parts` of the file say. */
function hasLeft(
  { stage, others }: Leaving,
  family: AddressFamily,
  parts: readonly { readonly for: NodeSelector }[],
): boolean {
  return (
    stage === 'gone' &&
    others.some((node) => node.families.includes(family) && parts.some((part) => isFor(part.for, node)))
  );
}

function familyOf(prefix: string): AddressFamily {
  const cidr = parseCidr(prefix);
  return cidr !== null && isIpv4(cidr.bytes) ? 'ipv4' : 'ipv6';
}

function canonical(prefix: string): string {
  const cidr = parseCidr(prefix);
  return cidr === null ? prefix : formatCidr(cidr);
}
