import { type FieldShape, fieldRows, fieldsOf, libraryDocs } from '@peerage/test-fixtures';
import { z } from 'zod';
import { agentFileSchema, agentNeighborSchema } from '../../src/config/file-schema.js';

/** What the fields mean in this file, where that is not what the library says of them. */
const own: Readonly<Record<string, string>> = {
  flags: 'Any [flag](flags.md) by its name, with a value, or a list of them.',
  mesh: 'Sessions with other nodes: fields of a neighbor but `address`, `remoteAs` and `description`.',
  external: 'All external peers, wherever they are named: the same fields.',
  peerGroups: 'What neighbors have in common, by the name of the group: fields of a neighbor.',
  neighbors: 'External peers.',
  sets: 'Named lists for `@name` in policies ([policies](../guide/policy.md)).',
  policies:
    'Policies by name ([policies](../guide/policy.md)); `accept-all`, `reject-all`, `graceful-shutdown` and `blackhole` are always there.',
  announce: 'Prefixes that nodes announce.',
  aggregates: 'Routes of nodes that are there while more specific ones are.',
  address: 'IPv4 or IPv6.',
  group: 'Names in `peerGroups`; the first one that says something counts.',
  families: 'Families of the session. Default: those that the node has.',
  localAddress: "Source address of dialled connections. Default: the node's best one of the family.",
  nextHop: "Own next hop by family. Default: the node's best address of the family.",
  holdTime: '0, or 3 … 65535. Default: `--bgp-holdtime`.',
  port: 'Port that is dialled. Default 179, of other nodes `--bgp-port`.',
  gracefulRestart: 'How the session takes part in graceful restarts; `--bgp-graceful-restart` says whether.',
  passwordFile: 'File with the TCP MD5 password (RFC 2385), 1–80 octets.',
  secretFile: 'File with the secret, 1–80 octets of UTF-8.',
  importPolicy: 'Policy that is asked about what the agent takes in. Default: none, all of it.',
  exportPolicy: 'Policy that is asked about what the agent sends. Default: none, all of it.',
  nodes: 'For these nodes only.',
  nodeLabels: 'For nodes that have all of these labels.',
  contributors:
    'Policy of this file: routes that it accepts contribute. Default: every more specific route that is chosen.',
  prefixes: 'Prefixes of either family.',
  med: 'MULTI_EXIT_DISC.',
  localPref: 'LOCAL_PREF, for internal peers.',
  communities: '`64512:1`, a number, or the name of a well-known one.',
  largeCommunities: '`64512:1:2`.',
  extendedCommunities: '`rt:64512:1`, `soo:192.0.2.1:7`, or 16 hex digits.',
  prepend: "How often the node's AS is put in front of the path once more, towards external peers.",
};
const toNodes = 'Also to the other nodes. Default false.';

/** `docs/reference/agent-config.md`: shapes come from the schema, meanings from the library and the table above. */
export function agentConfigPage(): string {
  const docs = libraryDocs();
  const { properties = {} } = shapeOf(agentFileSchema);
  const table = (shape: FieldShape, meanings: Readonly<Record<string, string>>, depth: number, more = {}) => {
    const rows = fieldRows(shape, '', meanings, depth, { ...own, ...more });
    if (rows.length === 0) throw new Error('a table of the page has no row: its schema shows no fields');
    return `| Field | Value | Needed | Meaning |\n|---|---|---|---|\n${rows.join('\n')}`;
  };
  const fields = (name: string): FieldShape => fieldsOf(properties[name] ?? {}) ?? {};
  return `# The file of the agent

<!-- Drawn from the schema by: PEERAGE_WRITE_PAGES=1 npx tap packages/router-agent/test/config/agent-config-page.test.ts -->

What \`peerage agent --config\` reads, YAML or JSON; [the guide](../guide/config.md) has an example, and says what holds where. Everything that is
wrong is told at once, with file, line, value and the way out. \`[]\` stands for each element of a list, \`FAMILY\` for \`ipv4-unicast\` or \`ipv6-unicast\`.

## The file

${table({ properties }, {}, 0)}

## \`neighbors[]\`

Times are in seconds. What a change of a field does to a session is in [config-fields.md](config-fields.md).

${table(shapeOf(agentNeighborSchema), docs.peer, 4)}

## \`announce[]\`

${table(fields('announce'), docs.announcement, 1, { mesh: toNodes })}

## \`aggregates[]\`

${table(fields('aggregates'), docs.aggregate, 1, { mesh: toNodes })}
`;
}

function shapeOf(schema: z.ZodType): FieldShape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as FieldShape;
}
