import type { Config } from '../config/config.js';
import type { OriginatedAttributes } from '../items/advertisement.js';
import { cidrContains, formatCidr, hostCidr, isIpv4, parseCidr, parseIp } from '../items/ip.js';
import { structurallyEqual } from '../items/structural.js';
import type { EndpointSlice, Node, Problem, Service } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import type { AnnotationName } from './annotations/annotation-table.js';
import { annotationText } from './annotations/read-annotation.js';
import { drainedAttributes, drainedReason, excluded, type Leaving, staying } from './drain.js';
import { addressType, endpointFacts, takesTrafficOn } from './endpoints.js';
import { goBoolean } from './go-boolean.js';
import type { OwnNode } from './own-node.js';
import { serviceAttributes } from './service-attributes.js';

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
  readonly attributes?: OriginatedAttributes;
  /** External peers that are told; absent: all. */
  readonly peers?: readonly string[];
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

const switches = {
  'cluster-ip': 'kube-router.io/service.advertise.clusterip',
  'external-ip': 'kube-router.io/service.advertise.externalip',
  'load-balancer-ip': 'kube-router.io/service.advertise.loadbalancerip',
} as const satisfies Readonly<Record<VipKind, AnnotationName>>;
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
  #state: NodeState | null = null;
  readonly #remembered = new Map<string, Remembered>();

  constructor(config: Config) {
    this.#config = config;
    this.#rules = validationRules(config);
  }

  decide(snapshot: Snapshot, own: OwnNode, leaving: Leaving = staying): VipDecisions {
    const state = { ...leaving, own, excluded: excluded(own.node, this.#config) };
    if (!isSameState(this.#state, state)) this.#remembered.clear();
    this.#state = state;
    const remembered = this.#remembered;
    const problems: Problem[] = [];
    const rows: VipRow[] = [];
    for (const [key, service] of snapshot.services) {
      const slices = snapshot.endpointSlices.get(key) ?? [];
      const known = remembered.get(key);
      const same = known !== undefined && known.service === service && sameElements(known.slices, slices);
      const decided = same ? known : this.#decideOne(service, slices, state);
      if (!same) remembered.set(key, decided);
      for (const row of decided.rows) rows.push(row);
      for (const problem of decided.problems) problems.push(problem);
    }
    if (remembered.size > snapshot.services.size)
      for (const key of remembered.keys()) if (!snapshot.services.has(key)) remembered.delete(key);
    return { rows, problems: [...problems, ...uncheckedKinds(rows, this.#config)] };
  }

  #decideOne(service: Service, slices: readonly EndpointSlice[], state: NodeState): Remembered {
    const { problems: ofAnnotations, ...how } = serviceAttributes(service);
    const problems: Problem[] = [...ofAnnotations];
    const rows: VipRow[] = [];
    const subject = `${service.namespace}/${service.name}`;
    const tell = (message: string) => problems.push({ place: `services/${subject}`, message });
    tellLocal(service, tell);
    const flags = readSwitches(service, this.#config, tell);
    for (const candidate of candidatesOf(service)) {
      const bytes = parseIp(candidate.text);
      if (bytes === null) {
        tell(`${candidate.kind} "${candidate.text}" is not an IP address; it is left out`);
        continue;
      }
      const { kind } = candidate;
      const verdict = decide({ service, candidate, bytes, state, rules: this.#rules, flags, slices });
      const row = { prefix: formatCidr(hostCidr(bytes)), kind, subject, ...verdict };
      rows.push(Object.freeze(verdict.advertised ? announcedHow(row, how, state) : row));
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
  readonly state: NodeState;
  readonly rules: ValidationRules;
  readonly flags: Readonly<Record<VipKind, Switch>>;
  readonly slices: Parameters<typeof endpointFacts>[0];
}

/** The table, in order; the first line that fits decides. */
function decide({ service, candidate, bytes, state, rules, flags, slices }: Case): Verdict {
  const { kind } = candidate;
  const { own } = state;
  if (!own.families.includes(isIpv4(bytes) ? 'ipv4' : 'ipv6')) {
    return no(`this node has no ${addressType(bytes)} address to be the next hop`);
  }
  if (candidate.proxied === true) return no('its ipMode is Proxy: the load balancer itself answers');
  const refused = rules.refuse(kind, bytes);
  if (refused !== null) return no(refused);
  if (kind === 'load-balancer-ip' && annotationText(service, skipLoadBalancerIps) !== undefined) {
    return no('annotation service.skiplbips');
  }
  if (!flags[kind].on) return no(flags[kind].reason);
  if (kind !== 'cluster-ip' && state.excluded !== null) return no(state.excluded);
  const endpoints = endpointFacts(slices, addressType(bytes), own);
  const local = localPolicy(service, kind);
  if (local !== null && !endpoints.here) return no(`${local} and no endpoint on this node takes traffic`);
  if (endpoints.known && !endpoints.anywhere) {
    return no(`no ${addressType(bytes)} endpoint anywhere takes traffic`);
  }
  if (state.stage === 'gone' && othersHave({ kind, bytes, state, slices, isLocal: local !== null })) {
    return no(`${state.why}; other nodes have it`);
  }
  if (!endpoints.known) return yes(`${flags[kind].reason}; it has no endpoints in the cluster's own records`);
  return yes(local === null ? flags[kind].reason : `${flags[kind].reason}; ${local}, with an endpoint here`);
}

interface Elsewhere extends Pick<Case, 'bytes' | 'state' | 'slices'> {
  readonly kind: VipKind;
  readonly isLocal: boolean;
}

/** Whether a node that is not drained announces the address too. */
function othersHave({ kind, bytes, state, slices, isLocal }: Elsewhere): boolean {
  const family = isIpv4(bytes) ? 'ipv4' : 'ipv6';
  const able = state.others.filter(
    (other) => other.families.includes(family) && (kind === 'cluster-ip' || !other.isExcluded),
  );
  if (!isLocal) return able.length > 0;
  return takesTrafficOn(slices, addressType(bytes), new Set(able.map(({ name }) => name)));
}

/** What this node and the others come to for services. */
interface NodeState extends Leaving {
  readonly own: OwnNode;
  readonly excluded: string | null;
}

function isSameState(before: NodeState | null, now: NodeState): boolean {
  return (
    before !== null &&
    before.stage === now.stage &&
    (before.own.node === now.own.node ||
      structurallyEqual(withoutPodRanges(before.own.node), withoutPodRanges(now.own.node))) &&
    structurallyEqual(before.others, now.others)
  );
}

/** What decisions about services can depend on: another pod range is no reason to make a thousand of them anew. */
function withoutPodRanges({ podCidrs: _, ...rest }: Node): Omit<Node, 'podCidrs'> {
  return rest;
}

/** A row that is announced, with the attributes and peers of its service. */
function announcedHow(row: VipRow, how: Pick<VipRow, 'attributes' | 'peers'>, leaving: Leaving): VipRow {
  const { peers } = how;
  const to = peers === undefined ? '' : `; to ${peers.join(', ') || 'nobody'} only`;
  const attributes = drainedAttributes(how.attributes, leaving);
  return {
    ...row,
    reason: `${row.reason}${to}${drainedReason(leaving)}`,
    ...(attributes === undefined ? {} : { attributes }),
    ...(peers === undefined ? {} : { peers }),
  };
}

const skipLoadBalancerIps = 'kube-router.io/service.skiplbips';

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
    const annotation = switches[kind];
    const text = annotationText(service, annotation);
    if (text === undefined) return { on: flag, reason: `${flagNames[kind]}=${flag}` };
    const value = goBoolean(text);
    if (value === null) {
      tell(`annotation ${annotation}: "${text}" is neither true nor false; it counts as false`);
    }
    return { on: value ?? false, reason: `annotation ${annotation}=${text}` };
  };
  return {
    'cluster-ip': read('cluster-ip', config.advertiseClusterIp),
    'external-ip': read('external-ip', config.advertiseExternalIp),
    'load-balancer-ip': read('load-balancer-ip', config.advertiseLoadBalancerIp),
  };
}

/** In v0.3.1 of the original its presence was enough; a text that is no boolean was hardly meant to say nothing. */
function tellLocal(service: Service, tell: (message: string) => void): void {
  const name = 'kube-router.io/service.local';
  const text = annotationText(service, name);
  if (text === undefined || text === 'true' || goBoolean(text) === false) return;
  tell(`annotation ${name}: ${JSON.stringify(text)} says nothing; write "true", or remove it`);
}

/** Why only nodes with an endpoint may announce the address; null when every node may. */
function localPolicy(service: Service, kind: VipKind): string | null {
  if (kind === 'cluster-ip') {
    return service.internalTrafficPolicy === 'Local' ? 'internalTrafficPolicy is Local' : null;
  }
  if (service.externalTrafficPolicy === 'Local') return 'externalTrafficPolicy is Local';
  const local = annotationText(service, 'kube-router.io/service.local');
  return local === 'true' ? 'annotation service.local' : null;
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
