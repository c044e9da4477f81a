import { BgpError, showValue } from '../../errors.js';
import { parseAddress } from '../../net/address.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { parseInto, prefixBits, wordMask } from '../../net/prefix.js';
import { type ShownNlri, showNlri } from '../../nlri/show-nlri.js';
import { type Step, stepText } from '../../rib/decision.js';
import {
  type FormId,
  LOCAL_PEER,
  NO_ATTR,
  NO_FORM,
  NO_OUT,
  NO_PREFIX,
  NO_ROW,
  NO_SLOT,
  type OutKey,
  type PathRow,
  type PrefixId,
} from '../../rib/ids.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import { toHex } from '../../wire/hex.js';
import type { FlowspecValidity } from '../inbound/flowspec-validity.js';
import type { Importer } from '../inbound/import.js';
import type { Aggregator } from '../local/aggregator.js';
import { findRoute, type RoutePlace } from '../local/find-route.js';
import type { LocalRoutes } from '../local/local-routes.js';
import type { Member } from '../members/member.js';
import type { Subscriber } from '../members/subscriber.js';
import type { RouteRef } from '../settings/config.js';
import { parseField } from '../settings/field-check.js';
import { decodeOut, decodeSet, nextHopText } from '../views/path-view.js';
import type { PathStatus, RoutePage, RouteQuery, RouteStatus } from '../views/status.js';

const DEFAULT_LIMIT = 100;
const MOST_LIMIT = 10_000;

/** What the printers of tables need of a pipeline. */
export interface QuerySources {
  readonly rib: Rib;
  readonly importer: Importer;
  readonly flowspecs: FlowspecValidity;
  readonly locals: LocalRoutes;
  readonly aggregates: Aggregator;
  /** Also of sessions that are gone, while they have paths. */
  member(index: number): Member | undefined;
  seconds(): number;
}

/** Tables as values for people, page by page. Nothing is kept between calls; pages are in the order of prefix ids. */
export class Queries {
  private readonly sources: QuerySources;
  private readonly key = createNlriKey();
  private readonly equals: PathRow[] = [];

  constructor(sources: QuerySources) {
    this.sources = sources;
  }

  /** All paths of each prefix, best first. */
  rib(query: RouteQuery): RoutePage {
    return this.page(query, (table, prefix) => this.pathsOf(table, prefix));
  }

  /** What one peer sent, also what was rejected. */
  received(member: Member, query: RouteQuery): RoutePage {
    return this.page(query, (table, prefix) => {
      const paths: PathStatus[] = [];
      const { paths: rows } = table;
      const { best, reason } = table.loc.explain(prefix);
      for (let row = rows.head(prefix); row !== NO_ROW; row = rows.next(row)) {
        if (rows.peer(row) === member.index) paths.push(this.status(table, row, best, reason, 0, true));
      }
      return paths;
    });
  }

  /** What one peer was sent and not withdrawn. */
  advertised(member: Member, query: RouteQuery): RoutePage {
    return this.page(query, (table, prefix) => {
      const subscriber = member.families.get(table.family.key)?.subscriber;
      if (!subscriber) return [];
      if (subscriber.group.keys === table) return this.sent(table, prefix, subscriber, prefix, 0);
      const found: PathStatus[] = [];
      const { slots } = table;
      for (let slot = slots.first(prefix); slot !== NO_SLOT; slot = slots.next(slot)) {
        found.push(...this.sent(table, prefix, subscriber, slot, slots.pathId(slot)));
      }
      return found.sort((x, y) => (x.pathId ?? 0) - (y.pathId ?? 0));
    });
  }

  /**
   * One destination and where it is. A text is a prefix of unicast, or an address: the longest prefix that covers it. Also one that
   * the member is sent although there is none in the table: its own default route, without paths.
   */
  find(route: RouteRef, member: Member | null): (RoutePlace & { readonly route: RouteStatus }) | undefined {
    const { rib } = this.sources;
    if (route === undefined || route === null)
      throw badQuery('route', route, 'must be a prefix, or {family, value or hex}');
    if (typeof route !== 'string') {
      const place = findRoute(rib, route);
      const paths = place === undefined ? [] : this.pathsOf(place.table, place.prefix);
      if (place === undefined || paths.length === 0) return undefined;
      return { ...place, route: this.route(place.table, place.prefix, paths) };
    }
    const known = this.rib({ prefix: route }).routes[0];
    const sent = known === undefined && member !== null ? this.advertised(member, { prefix: route }) : null;
    const found = known ?? sent?.routes[0];
    const table = found === undefined ? undefined : rib.table(parseInto(found.prefix, this.key));
    if (found === undefined || table === undefined) return undefined;
    const { family, prefix, paths } = found;
    const shown = { family, prefix, paths: known === undefined ? [] : paths };
    return { table, prefix: table.prefixes.find(this.key), route: shown };
  }

  /** What a member was sent of a prefix, or of one of its slots; nothing, or one path. */
  private sent(
    table: FamilyTable,
    prefix: PrefixId,
    subscriber: Subscriber,
    key: OutKey,
    pathId: number,
  ): readonly PathStatus[] {
    const { rib } = this.sources;
    const out = subscriber.sent(key);
    if (out === NO_OUT) return [];
    const { adjOut } = subscriber.group;
    const source = rib.outs.isSame(adjOut.out(key), out) ? adjOut.source(key) : 0;
    const row = this.rowOf(table, prefix, source, pathId);
    return [
      {
        peer: source === 0 ? '' : this.peerName(source),
        ...this.ownerOf(table, prefix, source),
        ...(pathId > 0 && { pathId }),
        nextHop: nextHopText(rib.nextHops, rib.outs.nextHop(out)),
        ...this.ownForm(table, prefix, rib.outs.form(out)),
        best: pathId === 0 || (row !== NO_ROW && row === table.loc.best(prefix)),
        multipath: false,
        accepted: true,
        reason: source === 0 ? 'sent before; a change waits for the peer to read' : 'advertised',
        attributes: decodeOut(rib, out),
        ageSeconds: row === NO_ROW ? 0 : this.age(table, row),
      },
    ];
  }

  private pathsOf(table: FamilyTable, prefix: PrefixId): readonly PathStatus[] {
    const { paths } = table;
    const { best, reason } = table.loc.explain(prefix);
    const equalCount = best === NO_ROW ? 0 : this.sources.rib.decision.equals(paths, best, this.equals);
    const found: PathStatus[] = [];
    for (let row = paths.head(prefix); row !== NO_ROW; row = paths.next(row)) {
      const status = this.status(table, row, best, reason, equalCount, false);
      if (row === best) found.unshift(status);
      else found.push(status);
    }
    return found;
  }

  private status(
    table: FamilyTable,
    row: PathRow,
    best: PathRow,
    reason: Step,
    equalCount: number,
    asReceived: boolean,
  ): PathStatus {
    const { rib } = this.sources;
    const { paths } = table;
    const peer = paths.peer(row);
    const accepted = paths.accepted(row);
    const set = asReceived || accepted === NO_ATTR ? paths.receivedSet(row) : accepted;
    const hop = asReceived || accepted === NO_ATTR ? paths.receivedNextHop(row) : paths.nextHop(row);
    const number = this.numberOf(table, row);
    const { contributors } = number.aggregate ?? {};
    const made = contributors === undefined ? '' : `aggregate of ${contributors}; `;
    return {
      peer: this.peerName(peer),
      ...this.ownerOf(table, paths.prefix(row), peer),
      ...number,
      nextHop: nextHopText(rib.nextHops, hop),
      ...this.ownForm(table, paths.prefix(row), table.form(row)),
      best: row === best,
      multipath: equalCount > 1 && this.equals.slice(0, equalCount).includes(row),
      accepted: accepted !== NO_ATTR,
      reason: made + this.reasonOf(table, row, best, reason),
      attributes: decodeSet(rib, set),
      ageSeconds: this.age(table, row),
    };
  }

  private reasonOf(table: FamilyTable, row: PathRow, best: PathRow, reason: Step): string {
    const { rib, importer, flowspecs } = this.sources;
    const { paths } = table;
    if (row === best) return stepText[reason][0];
    if (paths.accepted(row) === NO_ATTR) {
      const member = this.sources.member(paths.peer(row));
      const family = member?.family(table.family);
      if (member === undefined || family === undefined) return 'rejected';
      const why = importer.explain(
        member,
        family,
        paths.prefix(row),
        paths.receivedSet(row),
        paths.receivedNextHop(row),
      );
      const infeasible = flowspecs.refusal(member, table, paths.prefix(row), paths.receivedSet(row));
      return why ?? infeasible ?? 'waits to be judged by the present policy';
    }
    if (!rib.nextHops.isReachable(paths.nextHop(row))) return 'next hop is unreachable';
    return stepText[rib.decision.lostBy(paths, best, row)][1];
  }

  private page(
    query: RouteQuery,
    list: (table: FamilyTable, prefix: PrefixId) => readonly PathStatus[],
  ): RoutePage {
    checkQuery(query);
    const tables = this.tablesFor(query);
    if (tables.length === 0) return { routes: [] };
    const { prefix: wanted } = query;
    const isText = wanted !== undefined && tables.length === 1 && tables[0]!.hasForms;
    if (wanted !== undefined && !isText) return this.one(tables, wanted, list);
    const limit = query.limit ?? DEFAULT_LIMIT;
    const [afterFamily, afterId] = this.parseAfter(query.after);
    const routes: RouteStatus[] = [];
    let isBefore = afterFamily !== null;
    for (const table of tables) {
      const isHere = table.family.name === afterFamily;
      if (isBefore && !isHere) continue;
      isBefore = false;
      const end = table.prefixes.limit;
      for (let prefix = (isHere ? afterId + 1 : 1) as PrefixId; prefix < end; prefix++) {
        if (!table.prefixes.has(prefix) || (isText && !this.textOf(table, prefix).includes(wanted))) continue;
        const paths = list(table, prefix);
        if (paths.length === 0) continue;
        if (routes.length === limit) return { routes, next: `${table.family.name}:${prefix - 1}` };
        routes.push(this.route(table, prefix, paths));
      }
    }
    return { routes };
  }

  private one(
    tables: readonly FamilyTable[],
    text: string,
    list: (table: FamilyTable, prefix: PrefixId) => readonly PathStatus[],
  ): RoutePage {
    const isPrefix = parseField('prefix', text, () => text.includes('/'));
    const family = parseField('prefix', text, () =>
      parseInto(isPrefix ? text : `${text}/${parseAddress(text).length * 8}`, this.key),
    );
    const isOne = tables.length === 1 && tables[0]!.family.afi === family.afi;
    const table = isOne ? tables[0] : tables.find((candidate) => candidate.family.key === family.key);
    if (table === undefined) return { routes: [] };
    const shortest = isPrefix ? this.key.length : 0;
    for (let length = isPrefix ? this.key.length : prefixBits(family); length >= shortest; length--) {
      this.key.length = length;
      this.key.a = (this.key.a & wordMask(length)) >>> 0;
      this.key.b = (this.key.b & wordMask(length - 32)) >>> 0;
      this.key.c = (this.key.c & wordMask(length - 64)) >>> 0;
      this.key.d = (this.key.d & wordMask(length - 96)) >>> 0;
      const prefix = table.prefixes.find(this.key);
      if (prefix === NO_PREFIX) continue;
      const { a, b, c, d } = this.key;
      const paths = list(table, prefix);
      if (paths.length > 0) return { routes: [this.route(table, prefix, paths)] };
      Object.assign(this.key, { a, b, c, d });
    }
    return { routes: [] };
  }

  private route(table: FamilyTable, prefix: PrefixId, paths: readonly PathStatus[]): RouteStatus {
    const text = this.textOf(table, prefix);
    return { family: table.family.name, prefix: text, ...this.nlriOf(table, prefix, NO_FORM), paths };
  }

  private ownForm(table: FamilyTable, prefix: PrefixId, form: FormId): { nlri?: ShownNlri } {
    return form === NO_FORM ? {} : this.nlriOf(table, prefix, form);
  }

  private textOf(table: FamilyTable, prefix: PrefixId): string {
    table.prefixes.read(prefix, this.key);
    return table.prefixes.codec.format(this.key);
  }

  /** The destination, or the form that a path came with, as a value; nothing for prefixes. */
  private nlriOf(table: FamilyTable, prefix: PrefixId, form: FormId): { nlri?: ShownNlri } {
    if (!table.hasForms) return {};
    const { key } = this;
    table.readForm(prefix, form, key);
    const shown = showNlri(table.family, key.octets, key.start, key.end, false);
    return { nlri: 'hex' in shown ? { hex: toHex(key.octets, key.start, key.end) } : shown[0]! };
  }

  private tablesFor(query: RouteQuery): readonly FamilyTable[] {
    const { tables } = this.sources.rib;
    if (query.family === undefined) return tables;
    const { families } = this.sources.rib.codecs;
    const family = families.find(({ name }) => name === query.family);
    if (family !== undefined) return tables.filter((table) => table.family.key === family.key);
    throw badQuery('family', query.family, `must be one of ${families.map(({ name }) => name).join(', ')}`);
  }

  private parseAfter(after: string | undefined): readonly [string | null, number] {
    if (after === undefined) return [null, 0];
    const match = /^([a-z0-9/-]+):(\d{1,10})$/.exec(after);
    if (match === null || !this.sources.rib.tables.some((table) => table.family.name === match[1])) {
      throw badQuery('after', after, 'must be the `next` of an earlier page');
    }
    return [match[1]!, Number(match[2])];
  }

  /** The row of a path of that source; with a path identifier of ours, which is its row, that one. */
  private rowOf(table: FamilyTable, prefix: PrefixId, source: number, pathId: number): PathRow {
    const { paths } = table;
    for (let row = paths.head(prefix); row !== NO_ROW; row = paths.next(row)) {
      if (paths.peer(row) === source && (pathId === 0 || row === pathId)) return row;
    }
    return NO_ROW;
  }

  private peerName(peer: number): string {
    return peer === LOCAL_PEER ? 'local' : (this.sources.member(peer)?.peer.address ?? '');
  }

  /** The identifier of a path of a peer; for an aggregate of ours, what it is made of. */
  private numberOf(table: FamilyTable, row: PathRow): Pick<PathStatus, 'pathId' | 'aggregate'> {
    const { paths } = table;
    const pathId = paths.pathId(row);
    if (pathId === 0) return {};
    if (paths.peer(row) !== LOCAL_PEER) return { pathId };
    const status = this.sources.aggregates.status(table, paths.prefix(row));
    if (status === undefined) return {};
    const { prefix: _, ...aggregate } = status;
    return { aggregate };
  }

  private ownerOf(table: FamilyTable, prefix: PrefixId, peer: number): { owner?: string } {
    return peer === LOCAL_PEER ? { owner: this.sources.locals.owner(table, prefix) } : {};
  }

  private age(table: FamilyTable, row: PathRow): number {
    return Math.max(0, this.sources.seconds() - table.paths.time(row));
  }
}

const queryFields = ['family', 'prefix', 'limit', 'after'] as const satisfies readonly (keyof RouteQuery)[];

/** A field that is misspelt would ask for the whole table. */
function checkQuery(query: RouteQuery): void {
  const names = queryFields.join(', ');
  if (typeof query !== 'object' || query === null)
    throw badQuery('query', query, `must be an object of ${names}`);
  for (const field of Object.keys(query)) {
    if (!(queryFields as readonly string[]).includes(field))
      throw badQuery(field, Reflect.get(query, field), `is no field of a query, which has ${names}`);
  }
  for (const field of ['prefix', 'after'] as const) {
    const value: unknown = query[field];
    if (value !== undefined && typeof value !== 'string') throw badQuery(field, value, 'must be a text');
  }
  const { limit = DEFAULT_LIMIT } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LIMIT)
    throw badQuery('limit', limit, `must be an integer 1 … ${MOST_LIMIT}`);
}

function badQuery(field: string, value: unknown, allowed: string): BgpError {
  return new BgpError('BGP_ERR_QUERY', `${field} ${allowed}, got ${showValue(value)}`, {
    path: field,
    value,
    allowed,
  });
}
