import type { Config } from '../config/config.js';
import { type AdvertisementItem, Owner } from '../items/advertisement.js';
import { isIpv4, parseCidr } from '../items/ip.js';
import { structurallyEqual } from '../items/structural.js';
import type { Problem } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import { type Leaving, staying } from './drain.js';
import { fileRoutes } from './file-routes.js';
import type { OwnNode } from './own-node.js';
import { podCidrs } from './pod-cidrs.js';
import { VipDecider, type VipKind, type VipRow } from './vips.js';

/** One line of what is announced or not, and why; what `show` prints. */
export interface AdvertisementRow {
  readonly prefix: string;
  readonly kind: 'pod-cidr' | VipKind | 'static';
  /** `namespace/name` of the service, the node, or the place in the file. */
  readonly subject: string;
  readonly advertised: boolean;
  readonly reason: string;
}

export interface DesiredAdvertisements {
  /** One for each prefix, however many services want it. */
  readonly items: readonly AdvertisementItem[];
  readonly rows: readonly AdvertisementRow[];
  readonly problems: readonly Problem[];
}

/**
 * Works out all that this node announces: its pod ranges, and the service addresses that it should attract. Keeps what
 * it decided for each service, so that a change costs little however large the cluster is.
 */
export class AdvertisementPlan {
  readonly #config: Config;
  readonly #vips: VipDecider;
  readonly #vipItems = new WeakMap<VipRow, AdvertisementItem>();

  constructor(config: Config) {
    this.#config = config;
    this.#vips = new VipDecider(config);
  }

  desired(snapshot: Snapshot, own: OwnNode, leaving: Leaving = staying): DesiredAdvertisements {
    const pods = podRows(own, this.#config);
    // Before the endpoints were listed once, a service without any cannot be told from one whose are not known yet.
    const endpointsSettled = snapshot.listed.has('EndpointSlice') || snapshot.degraded.has('EndpointSlice');
    const vips = endpointsSettled ? this.#vips.decide(snapshot, own, leaving) : { rows: [], problems: [] };
    const file = fileRoutes(own, this.#config, leaving);
    const rows: AdvertisementRow[] = [...pods.rows, ...vips.rows];
    const items = new Map<string, AdvertisementItem>();
    for (const { prefix, advertised } of pods.rows) {
      // Entered first, so that a pod range keeps its owner should a service claim the same prefix.
      if (advertised) items.set(prefix, { prefix, owner: Owner.PodCidr });
    }
    const shared: Problem[] = [];
    for (const [prefix, wanted] of byPrefix(vips.rows)) {
      const [first] = wanted;
      if (first === undefined || items.has(prefix)) continue;
      items.set(prefix, this.#vipItem(first));
      if (wanted.length > 1) shared.push(...otherWays(wanted));
    }
    for (const { item, place, advertised, reason } of file.routes) {
      const taken = items.has(item.prefix);
      if (advertised && !taken) items.set(item.prefix, item);
      rows.push({
        prefix: item.prefix,
        kind: 'static',
        subject: place,
        advertised: advertised && !taken,
        reason: taken ? 'it is announced as a pod range or a service address already' : reason,
      });
    }
    const problems = [...pods.problems, ...vips.problems, ...shared, ...file.problems];
    return { items: [...items.values()], rows, problems };
  }

  /** Made once for each row, which is the same one as long as nothing changes for its service. */
  #vipItem(row: VipRow): AdvertisementItem {
    const known = this.#vipItems.get(row);
    if (known !== undefined) return known;
    const item = { prefix: row.prefix, owner: Owner.Vip, ...howOf(row) };
    this.#vipItems.set(row, item);
    return item;
  }
}

/** Rows that are announced, by their prefix, the first service by its name in front. */
function byPrefix(rows: readonly VipRow[]): ReadonlyMap<string, readonly VipRow[]> {
  const found = new Map<string, VipRow[]>();
  for (const row of rows) {
    if (!row.advertised) continue;
    const others = found.get(row.prefix);
    if (others === undefined) found.set(row.prefix, [row]);
    else others.push(row);
  }
  for (const rows of found.values())
    if (rows.length > 1) rows.sort((a, b) => (a.subject < b.subject ? -1 : 1));
  return found;
}

/** How a row is announced, beside its prefix. */
function howOf({ attributes, peers }: VipRow): Pick<VipRow, 'attributes' | 'peers'> {
  return { ...(attributes === undefined ? {} : { attributes }), ...(peers === undefined ? {} : { peers }) };
}

/** An address can be announced in one way only: problems of the services that ask for another way than the first. */
function otherWays([first, ...others]: readonly VipRow[]): readonly Problem[] {
  if (first === undefined) return [];
  return others.flatMap((other) => {
    if (other.subject === first.subject || structurallyEqual(howOf(other), howOf(first))) return [];
    const message = `asks for ${first.prefix} to be announced with other attributes or to other peers than service ${first.subject}, which holds; give both the same annotations`;
    return [{ place: `services/${other.subject}`, message }];
  });
}

/** As {@link AdvertisementPlan} says it the first time. */
export function desiredAdvertisements(
  snapshot: Snapshot,
  own: OwnNode,
  config: Config,
): DesiredAdvertisements {
  return new AdvertisementPlan(config).desired(snapshot, own);
}

function podRows(own: OwnNode, config: Config): Pick<DesiredAdvertisements, 'rows' | 'problems'> {
  const { cidrs, problems } = podCidrs(own.node);
  const wanted = config.enableIbgp || config.advertisePodCidr;
  const rows = cidrs.map((prefix): AdvertisementRow => {
    const row = { prefix, kind: 'pod-cidr' as const, subject: own.node.name };
    const cidr = parseCidr(prefix);
    const family = cidr !== null && isIpv4(cidr.bytes) ? 'ipv4' : 'ipv6';
    if (!own.families.includes(family)) {
      return { ...row, advertised: false, reason: `this node has no ${family} address to be the next hop` };
    }
    return wanted
      ? { ...row, advertised: true, reason: 'pod range of this node' }
      : { ...row, advertised: false, reason: '--enable-ibgp=false and --advertise-pod-cidr=false' };
  });
  const none = {
    place: `nodes/${own.node.name}`,
    message: 'has no pod range (spec.podCIDR): none is announced',
  };
  return { rows, problems: cidrs.length === 0 ? [...problems, none] : problems };
}
