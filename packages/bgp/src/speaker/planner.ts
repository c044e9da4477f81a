import { compilePolicies, type PoliciesDeclaration } from '../policy/policies.js';
import type { Policy } from '../policy/policy.js';
import { planAggregates } from './aggregate-plan.js';
import type { Aggregates } from './local/aggregator.js';
import type { LocalRoutes } from './local/local-routes.js';
import { announcementOf } from './local/route-name.js';
import type { AggregateSettings } from './settings/aggregate.js';
import type {
  Announcement,
  DefaultOriginate,
  GroupedPeer,
  PeerConfig,
  PeerRange,
} from './settings/config.js';
import type { PlanRow, WantedConfiguration, WithPolicies } from './settings/configuration.js';
import { badField, checkFields, checkList, within } from './settings/field-check.js';
import { changedFields, needsRefresh, type PeerChange, peerChange } from './settings/peer-change.js';
import type { PeerChecker } from './settings/peer-checker.js';
import type { RangeSettings } from './settings/peer-ranges.js';
import type { PeerSettings } from './settings/peer-settings.js';

/** The speaker as a planner sees it: what it does. */
export interface PlannedSpeaker {
  readonly aggregates: Aggregates;
  addPeer(config: PeerConfig | GroupedPeer): void;
  updatePeer(config: PeerConfig | GroupedPeer): unknown;
  removePeer(address: string): void;
  announce(announcement: Announcement): void;
  withdraw(prefixes: readonly string[]): void;
}

/** What it has. */
export interface PlannedState {
  /** Replaced when groups change. */
  readonly checks: { checker: PeerChecker };
  dynamic(): {
    /** Peers that are configured by their address. */
    others(): Iterable<{ readonly settings: PeerSettings; readonly state: string }>;
    readonly ranges: readonly RangeSettings[];
    /** Throws when its sockets cannot be had. */
    verify(range: RangeSettings): void;
    update(range: RangeSettings): void;
    add(range: RangeSettings): void;
    /** With its peers. */
    remove(prefix: string): void;
  };
  /** Routes of its own, and aggregates. */
  readonly own: {
    readonly locals: Pick<LocalRoutes, 'compare' | 'ownedNames'>;
    readonly aggregates: { settings(): readonly AggregateSettings[] };
  };
}

/** Rows for people, and what makes them true. */
interface Plan {
  readonly rows: readonly PlanRow[];
  readonly steps: readonly (() => void)[];
  readonly policies: ReadonlyMap<string, Remembered>;
}

interface Remembered {
  readonly policy: Policy;
  /** The declaration and everything it refers to. */
  readonly text: string | null;
}

/** Compares what is wanted with what is, and does the difference. Everything is checked before anything is done. */
export class Planner {
  private readonly speaker: PlannedSpeaker;
  private readonly state: PlannedState;
  /** As last applied: a policy whose declaration did not change stays the same object, so that no peer is asked anew. */
  private policies: ReadonlyMap<string, Remembered> = new Map();

  constructor(speaker: PlannedSpeaker, state: PlannedState) {
    this.speaker = speaker;
    this.state = state;
  }

  plan(wanted: WantedConfiguration): readonly PlanRow[] {
    return this.prepare(wanted).rows;
  }

  apply(wanted: WantedConfiguration): readonly PlanRow[] {
    const plan = this.prepare(wanted);
    for (const step of plan.steps) step();
    this.policies = plan.policies;
    return plan.rows;
  }

  private prepare(wanted: WantedConfiguration): Plan {
    checkFields('configuration', wanted, [
      'peers',
      'peerGroups',
      'ranges',
      'announcements',
      'aggregates',
      'policies',
      'sets',
    ]);
    const policies = this.compile(wanted);
    const rows: PlanRow[] = [];
    const steps: (() => void)[] = [];
    const checker = this.prepareGroups(wanted, policies, steps);
    if (wanted.peers !== undefined) {
      const peers = listed(wanted.peers, 'peers').map(
        (peer, i) => resolved(peer, `peers[${i}]`, policies) as PeerConfig | GroupedPeer,
      );
      this.preparePeers(peers, true, checker, rows, steps);
    } else if (wanted.peerGroups !== undefined) {
      const peers = [...this.state.dynamic().others()].map((peer) => peer.settings.source);
      this.preparePeers(peers, false, checker, rows, steps);
    }
    if (wanted.ranges !== undefined) {
      const ranges = listed(wanted.ranges, 'ranges').map(
        (range, i) => resolved(range, `ranges[${i}]`, policies) as PeerRange,
      );
      this.prepareRanges(ranges, true, checker, rows, steps);
    } else if (wanted.peerGroups !== undefined) {
      const ranges = this.state.dynamic().ranges.map((range) => range.source);
      this.prepareRanges(ranges, false, checker, rows, steps);
    }
    if (wanted.announcements !== undefined) this.prepareRoutes(wanted.announcements, rows, steps);
    if (wanted.aggregates !== undefined) {
      const find = (path: string, policy: Policy | string): Policy => namedPolicy(path, policy, policies);
      const plan = planAggregates(
        listed(wanted.aggregates, 'aggregates'),
        this.state.own.aggregates.settings(),
        this.speaker.aggregates,
        find,
      );
      rows.push(...plan.rows);
      steps.push(...plan.steps);
    }
    return { rows, steps, policies };
  }

  /** Groups come first: what is configured after them is looked up in them. */
  private prepareGroups(
    { peerGroups }: WantedConfiguration,
    policies: ReadonlyMap<string, Remembered>,
    steps: (() => void)[],
  ): PeerChecker {
    const { checks } = this.state;
    const before = checks.checker;
    if (peerGroups === undefined) return before;
    checkFields('peerGroups', peerGroups, Object.keys(peerGroups));
    const groups = Object.entries(peerGroups).map(
      ([name, group]) => [name, resolved(group, `peerGroups.${name}`, policies)] as const,
    );
    const checker = before.withGroups(Object.fromEntries(groups));
    steps.push(() => {
      checks.checker = checker;
    });
    return checker;
  }

  /** `isWhole`: what is not in the list goes, with its peers. */
  private prepareRanges(
    wanted: readonly PeerRange[],
    isWhole: boolean,
    checker: PeerChecker,
    rows: PlanRow[],
    steps: (() => void)[],
  ): void {
    const ranges = this.state.dynamic();
    const known = new Map(ranges.ranges.map((range) => [range.prefix, range]));
    const seen = new Set<string>();
    const changes: (() => void)[] = [];
    wanted.forEach((config, i) => {
      const range = within(`ranges[${i}]`, () => checker.range(config));
      const subject = `range ${range.prefix}`;
      if (seen.has(range.prefix))
        throw badField(`ranges[${i}].prefix`, config.prefix, 'a prefix that occurs once');
      seen.add(range.prefix);
      within(`ranges[${i}]`, () => ranges.verify(range));
      const before = known.get(range.prefix);
      if (before === undefined) {
        rows.push({ subject, change: 'added', reason: `AS ${range.template.remoteAs}` });
        changes.push(() => ranges.add(range));
        return;
      }
      changes.push(() => ranges.update(range));
      const fields = [...changedFields(before.template, range.template)];
      if (before.limit !== range.limit) fields.push('limit');
      if (fields.length === 0) return;
      rows.push({ subject, ...effectOf(peerChange(before.template, range.template), fields) });
    });
    for (const prefix of known.keys()) {
      if (!isWhole || seen.has(prefix)) continue;
      rows.push({ subject: `range ${prefix}`, change: 'removed', reason: 'not in the configuration' });
      steps.push(() => ranges.remove(prefix));
    }
    steps.push(...changes);
  }

  /** `isWhole`: who is not in the list goes. */
  private preparePeers(
    wanted: readonly (PeerConfig | GroupedPeer)[],
    isWhole: boolean,
    checker: PeerChecker,
    rows: PlanRow[],
    steps: (() => void)[],
  ): void {
    const { speaker, state } = this;
    const known = new Map([...state.dynamic().others()].map((peer) => [peer.settings.address, peer]));
    const seen = new Set<string>();
    const changes: (() => void)[] = [];
    wanted.forEach((config, i) => {
      const settings = within(`peers[${i}]`, () => checker.peer(config));
      const { address } = settings;
      if (seen.has(address)) throw badField(`peers[${i}].address`, address, 'an address that occurs once');
      seen.add(address);
      const before = known.get(address);
      if (before === undefined) {
        rows.push({
          subject: `peer ${address}`,
          change: 'added',
          reason: `AS ${settings.remoteAs || 'external'}`,
        });
        changes.push(() => speaker.addPeer(config));
        return;
      }
      const change = peerChange(before.settings, settings);
      if (change === 'unchanged') {
        // Where its settings come from may be new.
        if (config.group !== undefined) changes.push(() => speaker.updatePeer(config));
        return;
      }
      const fields = changedFields(before.settings, settings);
      const end = change === 'reset' && before.state !== 'established' ? '; no session is up' : '';
      const effect = effectOf(change, fields);
      rows.push({ subject: `peer ${address}`, ...effect, reason: `${effect.reason}${end}` });
      changes.push(() => speaker.updatePeer(config));
    });
    for (const address of known.keys()) {
      if (seen.has(address) || !isWhole) continue;
      rows.push({ subject: `peer ${address}`, change: 'removed', reason: 'not in the configuration' });
      steps.push(() => speaker.removePeer(address));
    }
    steps.push(...changes);
  }

  private prepareRoutes(wanted: readonly Announcement[], rows: PlanRow[], steps: (() => void)[]): void {
    const { speaker, state } = this;
    const seen = new Set<string>();
    listed(wanted, 'announcements').forEach((announcement, i) => {
      const due: string[] = [];
      const changes = within(`announcements[${i}]`, () => state.own.locals.compare(announcement));
      for (const { prefix, name, destination, change } of changes) {
        if (seen.has(destination))
          throw badField(`announcements[${i}].prefixes`, prefix, 'prefixes that occur once');
        seen.add(destination);
        if (change === 'none') continue;
        due.push(name);
        const isNew = change === 'new';
        rows.push({
          subject: `route ${prefix}`,
          change: isNew ? 'added' : 'changed-live',
          reason: isNew ? `owner ${JSON.stringify(announcement.owner ?? '')}` : `${change} changed`,
        });
      }
      if (due.length > 0) steps.push(() => speaker.announce(announcementOf(announcement, due)));
    });
    const gone = state.own.locals.ownedNames().filter(({ destination }) => !seen.has(destination));
    for (const { prefix } of gone) {
      rows.push({ subject: `route ${prefix}`, change: 'removed', reason: 'not in the configuration' });
    }
    if (gone.length > 0) steps.push(() => speaker.withdraw(gone.map(({ name }) => name)));
  }

  private compile(wanted: WantedConfiguration): ReadonlyMap<string, Remembered> {
    if (wanted.policies === undefined && wanted.sets === undefined && this.policies.size > 0)
      return this.policies;
    const { policies = {}, sets = {} } = wanted;
    const made = new Map<string, Remembered>();
    for (const [name, policy] of compilePolicies({ policies, sets })) {
      const text = textOf(name, { policies, sets });
      const before = this.policies.get(name);
      const isSame = before !== undefined && text !== null && before.text === text;
      made.set(name, isSame ? before : { policy, text });
    }
    return made;
  }
}

/** What a change of these fields does. */
function effectOf(change: PeerChange, fields: readonly string[]): Pick<PlanRow, 'change' | 'reason'> {
  return {
    change: change === 'reset' ? 'reset' : needsRefresh(fields) ? 'soft-refresh' : 'changed-live',
    reason: `${fields.join(', ')} changed`,
  };
}

/** A list of the configuration. */
function listed<T>(list: readonly T[], path: string): readonly T[] {
  checkList(path, list, path);
  return list;
}

function namedPolicy(
  path: string,
  policy: Policy | string,
  policies: ReadonlyMap<string, Remembered>,
): Policy {
  if (typeof policy !== 'string') return policy;
  const found = policies.get(policy);
  if (found !== undefined) return found.policy;
  throw badField(path, policy, `one of ${[...policies.keys()].join(', ')}`);
}

/** A peer or a group whose policies are named, with them. */
function resolved<T extends WithPolicies>(
  peer: T,
  path: string,
  policies: ReadonlyMap<string, Remembered>,
): Omit<T, keyof WithPolicies> & Pick<PeerConfig, keyof WithPolicies> {
  if (typeof peer !== 'object' || peer === null) throw badField(path, peer, 'an object');
  const { importPolicy, exportPolicy, defaultOriginate, ...rest } = peer;
  const named = (field: string, policy: Policy | string): Policy =>
    namedPolicy(`${path}.${field}`, policy, policies);
  const origin = (wanted: NonNullable<WithPolicies['defaultOriginate']>): boolean | DefaultOriginate => {
    if (typeof wanted !== 'object' || wanted === null) return wanted;
    const { policy, ...others } = wanted;
    return policy === undefined ? others : { ...others, policy: named('defaultOriginate.policy', policy) };
  };
  return {
    ...rest,
    ...(importPolicy !== undefined && { importPolicy: named('importPolicy', importPolicy) }),
    ...(exportPolicy !== undefined && { exportPolicy: named('exportPolicy', exportPolicy) }),
    ...(defaultOriginate !== undefined && { defaultOriginate: origin(defaultOriginate) }),
  };
}

/** A policy with all that it calls and all sets that these name, as text; null when it is not plain data. */
function textOf(name: string, { policies = {}, sets = {} }: PoliciesDeclaration): string | null {
  const reached = new Set([name]);
  let isPlain = true;
  const parts: string[] = [];
  for (const one of reached) {
    const declaration = JSON.stringify([one, policies[one] ?? null], (key, value: unknown) => {
      if (typeof value === 'function') isPlain = false;
      if (key === 'call' && typeof value === 'string') reached.add(value);
      return value;
    });
    parts.push(declaration);
    for (const [, set] of declaration.matchAll(/"@([^"]+)"/g)) {
      if (set !== undefined) parts.push(JSON.stringify([set, sets[set] ?? null]));
    }
  }
  return isPlain ? parts.join('\n') : null;
}
