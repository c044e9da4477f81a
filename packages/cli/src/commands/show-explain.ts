import type { WireExplanation } from '@peerage/control';
import type { Block, Cell } from '../result.js';
import type { ShowCommand } from './command.js';

type Judged = WireExplanation['imports'][number];

/** Why a destination is as it is: policies, decision, and what a neighbour is sent. */
export const showExplain: ShowCommand = {
  name: 'explain',
  summary: 'why a route is as it is: policy statements, the decision, and what a neighbor is sent',
  arguments: [
    {
      name: '<prefix>',
      summary:
        'a prefix, or an address: the longest prefix that covers it; with --family as tables show it, or its octets',
    },
  ],
  options: [
    { flags: '--to <peer>', summary: 'also why this neighbor is sent the route, or not' },
    { flags: '--family <name>', summary: 'of this family, for example l2vpn-evpn' },
  ],
  async run(client, [prefix], given) {
    const to = typeof given.to === 'string' ? given.to : undefined;
    const family = typeof given.family === 'string' ? given.family : undefined;
    const found = await client.explain(String(prefix), to, family);
    return { json: found, blocks: blocks(found) };
  },
};

function blocks(found: WireExplanation): readonly Block[] {
  const shown: Block[] = [
    judged(`${found.prefix}: import`, found.imports, 'no path was learned from a neighbor'),
    {
      kind: 'table',
      title: 'decision',
      columns: ['', 'from', 'next hop', 'why'],
      rows: found.decision.map((path) => [
        path.best ? { text: '*', tone: 'good' } : path.accepted ? '' : { text: 'x', tone: 'bad' },
        path.owner ? `${path.peer} (${path.owner})` : path.peer,
        path.nextHop,
        path.reason,
      ]),
      empty: 'no path',
    },
  ];
  const { export: sent } = found;
  if (sent === undefined) return shown;
  const verb = sent.advertised ? 'advertised' : 'not advertised';
  return [
    ...shown,
    judged(`export to ${sent.peer}`, sent.paths, 'no path was asked for'),
    { kind: 'text', text: `${verb}: ${sent.reason}`, tone: sent.advertised ? 'good' : 'warn' },
  ];
}

function judged(title: string, paths: readonly Judged[], empty: string): Block {
  return {
    kind: 'table',
    title,
    columns: ['', 'from', 'policy', 'why', 'changes'],
    rows: paths.map((path): readonly Cell[] => [
      path.action === 'accept' ? { text: '+', tone: 'good' } : { text: 'x', tone: 'bad' },
      path.peer,
      path.policy ?? '',
      path.reason,
      path.edits.join(', '),
    ]),
    empty,
  };
}
