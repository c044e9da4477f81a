import type { RouteQueryText, WirePath, WireRoute } from '@peerage/control';
import { asPathText, durationText, extrasText } from '../render/route-text.js';
import type { Cell, Result } from '../result.js';
import { UsageError } from '../result.js';
import type { ShowCommand } from './command.js';

const options: ShowCommand['options'] = [
  { flags: '--family <name>', summary: 'one family only, for example ipv6-unicast or l2vpn-evpn' },
  { flags: '--limit <n>', summary: 'stop after so many destinations' },
];

const prefixArgument = {
  name: '[prefix]',
  summary:
    'a prefix, or an address: the longest prefix that covers it; with a family of more than prefixes, a part of the text',
};

/** The local table with every path, the best one first, and why. */
export const showRib: ShowCommand = {
  name: 'rib',
  summary: 'the routing table: each path, and why it was chosen or not',
  arguments: [prefixArgument],
  options,
  async run(client, [prefix], given) {
    return result(given, prefix, (query) => client.rib(query), 'the table is empty');
  },
};

/** What a neighbour sent us, before import policy. */
export const showReceived: ShowCommand = {
  name: 'received',
  summary: 'what a neighbor sent, before policy',
  arguments: [{ name: '<peer>', summary: 'address of the neighbor' }, prefixArgument],
  options,
  async run(client, [peer, prefix], given) {
    return result(given, prefix, (query) => client.received(String(peer), query), `${peer} sent nothing`);
  },
};

/** What a neighbour was sent by us. */
export const showAdvertised: ShowCommand = {
  name: 'advertised',
  summary: 'what a neighbor was sent',
  arguments: [{ name: '<peer>', summary: 'address of the neighbor' }, prefixArgument],
  options,
  async run(client, [peer, prefix], given) {
    return result(
      given,
      prefix,
      (query) => client.advertised(String(peer), query),
      `${peer} was sent nothing`,
    );
  },
};

function result(
  given: Readonly<Record<string, unknown>>,
  prefix: string | undefined,
  ask: (query: RouteQueryText) => AsyncIterable<WireRoute>,
  empty: string,
): Result {
  const most = limit(given.limit);
  const query: RouteQueryText = {
    ...(typeof given.family === 'string' ? { family: given.family } : {}),
    ...(prefix === undefined ? {} : { prefix }),
    limit: Math.min(most, 1000),
  };
  return {
    json: take(ask(query), most),
    blocks: [
      {
        kind: 'table',
        columns: ['', 'prefix', 'next hop', 'from', 'LP', 'MED', 'AS path', 'origin', 'age', 'why', 'more'],
        rows: rows(take(ask(query), most)),
        empty,
      },
    ],
  };
}

function limit(given: unknown): number {
  if (given === undefined) return Number.POSITIVE_INFINITY;
  const number = Number(given);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UsageError(`--limit takes a positive number, got ${given}`);
}

async function* take<T>(items: AsyncIterable<T>, most: number): AsyncIterable<T> {
  let taken = 0;
  for await (const item of items) {
    yield item;
    taken += 1;
    if (taken >= most) return;
  }
}

async function* rows(routes: AsyncIterable<WireRoute>): AsyncIterable<readonly Cell[]> {
  for await (const route of routes) {
    let prefix = route.prefix;
    for (const path of route.paths) {
      yield pathRow(prefix, path);
      prefix = '';
    }
  }
}

function pathRow(prefix: string, path: WirePath): Cell[] {
  const { attributes } = path;
  return [
    mark(path),
    prefix,
    path.nextHop,
    peerText(path),
    attributes.localPref ?? '',
    attributes.med ?? '',
    asPathText(attributes),
    attributes.origin ?? '',
    durationText(path.ageSeconds),
    path.reason,
    extrasText(attributes),
  ];
}

/** The peer, with the owner of a route of our own, or the path identifier (RFC 7911). */
function peerText(path: WirePath): string {
  const more = path.owner || (path.pathId === undefined ? '' : `id ${path.pathId}`);
  return more === '' ? path.peer : `${path.peer} (${more})`;
}

function mark(path: WirePath): Cell {
  if (path.best) return { text: '*', tone: 'good' };
  if (path.multipath) return { text: '=', tone: 'good' };
  return path.accepted ? '' : { text: 'x', tone: 'bad' };
}
