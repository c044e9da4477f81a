import type { Config } from '../config/config.js';
import { cidrContains, formatCidr, hostCidr, isIpv4, parseCidr, parseIp } from '../items/ip.js';
import type { EndpointSlice, Problem, Service } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import { addressType, endpointFacts } from './endpoints.js';
import { goBoolean } from './go-boolean.js';
import type { OwnNode } from './own-node.js';

export type VipKind = 'cluster-ip' | 'external-ip' | 'load-balancer-ip';

/** What is to be done with one address of one service, and why. */
export interface VipRow {
  /** Canonical, `/32` or `/128`. */
  readonly prefix: string;
  readonly kind: VipKind;
  /** `namespace/name` of the service. */
  readonly subject: string;
  readonly advertised: boolean;
  readonly reason: string;
}

export interface VipDecisions {
  readonly rows: readonly VipRow[];
  readonly problems: readonly Problem[];
}

/** An address of a service that the table is asked about. */
interface Candidate {
  readonly text: string;
  readonly kind: VipKind;
  readonly proxied?: true;
}

const prefixOfAnnotations = 'kube-router.io/';
const switches = {
  'cluster-ip': 'service.advertise.clusterip',
  'external-ip': 'service.advertise.externalip',
  'load-balancer-ip': 'service.advertise.loadbalancerip',
} as const;
const flagNames = {
  'cluster-ip': '--advertise-cluster-ip',
  'external-ip': '--advertise-external-ip',
  'load-balancer-ip': '--advertise-loadbalancer-ip',
} as const;

/** What was decided for one service, and from what: objects of a snapshot never change, so identity is enough. */
interface Remembered {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
  readonly rows: readonly VipRow[];
  readonly problems: readonly Problem[];
}

/**
 * Decides for every address of every service whether this node announces it. What is wrong with one service is told
 * and concerns that service alone. Remembers the decisions of the last call, and makes anew only those of services
 * whose objects are others since: the answer is the same as of a decider that has just been made.
 */
export class VipDecider {
  readonly #config: Config;
  readonly #rules: ValidationRules;
  #own: OwnNode | null = null;
  #remembered = new Map<string, Remembered>();

  constructor(config: Config) {
    this.#config = config;
    this.#rules = validationRules(config);
  }

  decide(snapshot: Snapshot, own: OwnNode): VipDecisions {
    const before = this.#own?.node === own.node ? this.#remembered : new Map<string, Remembered>();
    const problems: Problem[] = [];
    const rows: VipRow[] = [];
    const remembered = new Map<string, Remembered>();
    for (const [key, service] of snapshot.services) {
      const slices = snapshot.endpointSlices.get(key) ?? [];
      const known = before.get(key);
      const same = known !== undefined && known.service === service && sameElements(known.slices, slices);
      const decided = same ? known : this.#decideOne(service, slices, own);
      remembered.set(key, decided);
      for (const row of decided.rows) rows.push(row);
      for (const problem of decided.problems) problems.push(problem);
    }
    this.#own = own;
    this.#remembered = remembered;
    return { rows, problems: [...problems, ...uncheckedKinds(rows, this.#config)] };
  }

  #decideOne(service: Service, slices: readonly EndpointSlice[], own: OwnNode): Remembered {
    const problems: Problem[] = [];
    const rows: VipRow[] = [];
    const subject = `${service.namespace}/${service.name}`;
    const tell = (message: string) => problems.push({ place: `services/${subject}`, message });
    const flags = readSwitches(service, this.#config, tell);
    for (const candidate of candidatesOf(service)) {
      const bytes = parseIp(candidate.text);
      if (bytes === null) {
        tell(`${candidate.kind} "${candidate.text}" is not an IP address; it is left out`);
        continue;
      }
      const { kind } = candidate;
      const verdict = decide({ service, candidate, bytes, own, rules: this.#rules, flags, slices });
      rows.push(Object.freeze({ prefix: formatCidr(hostCidr(bytes)), kind, subject, ...verdict }));
    }
    return { service, slices, rows, problems };
  }
}

function sameElements<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((element, i) => element === b[i]);
}

interface Verdict {
  readonly advertised: boolean;
  readonly reason: string;
}

interface Case {
  readonly service: Service;
  readonly candidate: Candidate;
  readonly bytes: Uint8Array;
  readonly own: OwnNode;
  readonly rules: ValidationRules;
  readonly flags: Readonly<Record<VipKind, Switch>>;
  readonly slices: Parameters<typeof endpointFacts>[0];
}

/** The table, in order; the first line that fits decides. */
function decide({ service, candidate, bytes, own, rules, flags, slices }: Case): Verdict {
  const { kind } = candidate;
  if (!own.families.includes(isIpv4(bytes) ? 'ipv4' : 'ipv6')) {
    return no(`this node has no ${addressType(bytes)} address to be the next hop`);
  }
  if (candidate.proxied === true) return no('its ipMode is Proxy: the load balancer itself answers');
  const refused = rules.refuse(kind, bytes);
  if (refused !== null) return no(refused);
  if (kind === 'load-balancer-ip' && has(service, 'service.skiplbips')) {
    return no('annotation service.skiplbips');
  }
  if (!flags[kind].on) return no(flags[kind].reason);
  const endpoints = endpointFacts(slices, addressType(bytes), own);
  const local = localPolicy(service, kind);
  if (local !== null && !endpoints.here) return no(`${local} and no endpoint on this node takes traffic`);
  if (!endpoints.known) return yes(`${flags[kind].reason}; it has no endpoints in the cluster's own records`);
  if (!endpoints.anywhere) return no(`no ${addressType(bytes)} endpoint anywhere takes traffic`);
  return yes(local === null ? flags[kind].reason : `${flags[kind].reason}; ${local}, with an endpoint here`);
}

function no(reason: string): Verdict {
  return { advertised: false, reason };
}

function yes(reason: string): Verdict {
  return { advertised: true, reason };
}

/** Addresses by kind; none for services that have no address of their own. */
function candidatesOf(service: Service): readonly Candidate[] {
  if (service.type === 'ExternalName' || service.clusterIps.length === 0) return [];
  const balanced = service.type === 'LoadBalancer' ? service.loadBalancerIngress : [];
  return [
    ...service.clusterIps.map((text): Candidate => ({ text, kind: 'cluster-ip' })),
    ...service.externalIps.map((text): Candidate => ({ text, kind: 'external-ip' })),
    ...balanced
      .filter((ingress) => ingress.ip !== '')
      .map(
        (ingress): Candidate => ({
          text: ingress.ip,
          kind: 'load-balancer-ip',
          ...(ingress.ipMode === 'Proxy' ? { proxied: true } : {}),
        }),
      ),
  ];
}

interface Switch {
  readonly on: boolean;
  readonly reason: string;
}

function readSwitches(
  service: Service,
  config: Config,
  tell: (message: string) => void,
): Readonly<Record<VipKind, Switch>> {
  const read = (kind: VipKind, flag: boolean): Switch => {
    const annotation = `${prefixOfAnnotations}${switches[kind]}`;
    const text = service.annotations[annotation];
    if (text === undefined) return { on: flag, reason: `${flagNames[kind]}=${flag}` };
    const value = goBoolean(text);
    if (value === null) {
      tell(`annotation ${annotation}: "${text}" is neither true nor false; it counts as false`);
    }
    return { on: value ?? false, reason: `annotation ${switches[kind]}=${text}` };
  };
  return {
    'cluster-ip': read('cluster-ip', config.advertiseClusterIp),
    'external-ip': read('external-ip', config.advertiseExternalIp),
    'load-balancer-ip': read('load-balancer-ip', config.advertiseLoadBalancerIp),
  };
}

/** Why only nodes with an endpoint may announce the address; null when every node may. */
function localPolicy(service: Service, kind: VipKind): string | null {
  if (kind === 'cluster-ip') {
    return service.internalTrafficPolicy === 'Local' ? 'internalTrafficPolicy is Local' : null;
  }
  if (service.externalTrafficPolicy === 'Local') return 'externalTrafficPolicy is Local';
  const local = service.annotations[`${prefixOfAnnotations}service.local`];
  return local === 'true' ? 'annotation service.local' : null;
}

function has(service: Service, annotation: string): boolean {
  return Object.hasOwn(service.annotations, `${prefixOfAnnotations}${annotation}`);
}

interface ValidationRules {
  /** Why an address may not be announced; null when it may. */
  refuse(kind: VipKind, bytes: Uint8Array): string | null;
}

const rangeFlags = {
  'external-ip': '--service-external-ip-range',
  'load-balancer-ip': '--loadbalancer-ip-range',
} as const;

/** Strict validation holds only for a kind whose range is configured. */
function validationRules(config: Config): ValidationRules {
  const ranges = (texts: readonly string[]) => texts.map(parseCidr).filter((cidr) => cidr !== null);
  const cluster = ranges(config.serviceClusterIpRanges);
  const allowed = {
    'external-ip': ranges(config.serviceExternalIpRanges),
    'load-balancer-ip': ranges(config.loadBalancerIpRanges),
  };
  return {
    refuse(kind, bytes) {
      if (kind === 'cluster-ip' || !config.strictExternalIpValidation) return null;
      if (allowed[kind].length === 0) return null;
      if (!allowed[kind].some((range) => cidrContains(range, bytes))) return `outside ${rangeFlags[kind]}`;
      const inside = cluster.some((range) => cidrContains(range, bytes));
      return inside ? 'inside --service-cluster-ip-range' : null;
    },
  };
}

/** One line for each kind whose addresses are announced without a range to check them against. */
function uncheckedKinds(rows: readonly VipRow[], config: Config): readonly Problem[] {
  if (!config.strictExternalIpValidation) return [];
  const configured = {
    'external-ip': config.serviceExternalIpRanges.length > 0,
    'load-balancer-ip': config.loadBalancerIpRanges.length > 0,
  };
  return (['external-ip', 'load-balancer-ip'] as const)
    .filter((kind) => !configured[kind] && rows.some((row) => row.kind === kind && row.advertised))
    .map((kind) => ({
      place: rangeFlags[kind],
      message: `is not given: addresses of kind ${kind} are announced without being checked; give the range, or --strict-external-ip-validation=false`,
    }));
}
