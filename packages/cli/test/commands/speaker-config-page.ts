import { neighborSchema } from '@peerage/control/settings';
import { type FieldShape, fieldRows, fieldsOf, libraryDocs } from '@peerage/test-fixtures';
import { z } from 'zod';
import { rangeSchema, speakerFileSchema } from '../../src/commands/speaker-file.js';

/** Fields that only the file has. Those of the library have their doc comments. */
const ofTheFile: Readonly<Record<string, string>> = {
  listenPort: 'Port to listen on. Default 179.',
  listenAddresses: 'Addresses to listen on. Default: all of both families.',
  socket:
    'Path of the control socket, which `peerage show --socket` asks. Default: speaker.sock in the run folder.',
  trackNextHops:
    "Ask the kernel's routing table for the ways to next hops; as `--track-next-hops`. Default false.",
  sets: 'Named lists for `@name` in policies ([policies](../guide/policy.md)).',
  policies:
    'Policies by name ([policies](../guide/policy.md)); `accept-all` and `reject-all` are always there.',
  announce: 'What is announced.',
  aggregates: 'Routes of our own that are there while more specific ones are.',
  'aggregates[].contributors':
    'Name of a policy of this file: routes that it accepts contribute. Default: every more specific route that is chosen.',
  neighbors: 'Peers by address.',
  ranges: 'Peers by prefix: they dial us.',
  peerGroups:
    'What peers have in common: fields of a neighbor by name of the group; `group` of a neighbor or range names it.',
  passwordFile: 'File with the TCP MD5 password (RFC 2385), 1–80 octets.',
  secretFile: 'File with the secret, 1–80 octets of UTF-8.',
  importPolicy:
    'Name of a policy of this file, or a ready-made one. Default: none, so that external peers give nothing (RFC 8212).',
  exportPolicy:
    'Name of a policy of this file, or a ready-made one. Default: none, so that external peers are sent nothing.',
  med: 'MULTI_EXIT_DISC.',
  localPref: 'LOCAL_PREF, for internal peers.',
  'announce.aigp': 'Accumulated IGP metric (RFC 7311).',
  communities: '`64512:1`, or the name of a well-known one.',
  prefixes: 'Prefixes of either family.',
};

function rows(shape: FieldShape, prefix: string, docs: Readonly<Record<string, string>>, depth: number) {
  return fieldRows(shape, prefix, docs, depth, ofTheFile);
}

function shapeOf(schema: z.ZodType): FieldShape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as FieldShape;
}

/** `docs/reference/speaker-config.md`: shapes come from the schema, meanings from the doc comments of the library. */
export function speakerConfigPage(): string {
  const schema = shapeOf(speakerFileSchema);
  const docs = libraryDocs();
  const { neighbors, ranges, announce, peerGroups, ...top } = schema.properties ?? {};
  const head = '| Field | Value | Needed | Meaning |\n|---|---|---|---|';
  const table = (rows: readonly string[]) => {
    if (rows.length === 0) throw new Error('a table of the page has no row: its schema shows no fields');
    return `${head}\n${rows.join('\n')}`;
  };
  const lists = {
    announce: announce ?? {},
    neighbors: neighbors ?? {},
    ranges: ranges ?? {},
    peerGroups: peerGroups ?? {},
  };
  const only = (shape: FieldShape | undefined, names: readonly string[]): FieldShape => ({
    properties: Object.fromEntries(
      Object.entries(shape?.properties ?? {}).filter(([name]) => names.includes(name)),
    ),
    required: shape?.required ?? [],
  });
  const required = schema.required ?? [];
  return `# The file of \`peerage speaker\`

<!-- Drawn from the schema by: PEERAGE_WRITE_PAGES=1 npx tap packages/cli/test/commands/speaker-config-page.test.ts -->

YAML or JSON. Everything that is wrong is told at once, with its place. \`[]\` stands for each element of a list, \`FAMILY\` for
the name of an address family, such as \`ipv4-unicast\`.

\`\`\`yaml
localAs: 64512
routerId: 192.0.2.1
announce:
  - prefixes: [203.0.113.0/24]
neighbors:
  - { address: 192.0.2.254, remoteAs: 64513, importPolicy: accept-all, exportPolicy: accept-all }
\`\`\`

## The speaker

${table([
  ...rows({ properties: top, required }, '', docs.speaker, 2),
  ...rows({ properties: lists, required }, '', {}, 0),
])}

## \`announce[]\`

${table(rows(fieldsOf(lists.announce) ?? {}, '', { ...docs.announcement, aigp: ofTheFile['announce.aigp'] ?? '' }, 2))}

## \`neighbors[]\`

Times are in seconds. What a change of a field does to a session is in [config-fields.md](config-fields.md).

${table(rows(shapeOf(neighborSchema), '', docs.peer, 4))}

## \`ranges[]\`

All fields of a neighbor but \`address\` and \`passive\`, and:

${table(rows(only(shapeOf(rangeSchema), ['prefix', 'limit']), '', docs.range, 2))}
`;
}
