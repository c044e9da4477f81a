import { readFileSync } from 'node:fs';
import { neighborSchema } from '@peerage/control/settings';
import { z } from 'zod';
import { rangeSchema, speakerFileSchema } from '../../src/commands/speaker-file.js';

/** What z.toJSONSchema gives, as far as the page shows it. */
interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly propertyNames?: Shape;
  readonly additionalProperties?: Shape | boolean;
  readonly required?: readonly string[];
}

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

/** Interfaces of the library that stand in fields. */
const nested = [
  ['confederation.', 'Confederation'],
  ['localAs.', 'LocalAs'],
  ['limits.', 'PeerLimits'],
  ['maxPrefixes.FAMILY.', 'MaxPrefixes'],
  ['gracefulRestart.', 'GracefulRestartConfig'],
  ['defaultOriginate.', 'DefaultOriginate'],
  ['aggregates[].', 'Aggregate'],
  ['authentication.tcpAo.keys[].', 'TcpAoKey'],
] as const;

function under(at: string, docs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(docs).map(([field, text]) => [at + field, text]));
}

/** Doc comments of the fields of an interface of the library, as one line each. */
function docsOf(text: string, name: string): Readonly<Record<string, string>> {
  const body =
    new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(text)?.[1] ?? '';
  const docs: Record<string, string> = {};
  for (const [, comment = '', field = ''] of body.matchAll(
    /^ {2}\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n {2}readonly (\w+)\??:/gm,
  )) {
    docs[field] = comment.replace(/\s*\n\s*\* ?/g, ' ').trim();
  }
  return docs;
}

function typeText(shape: Shape): string {
  if (shape.anyOf !== undefined) return shape.anyOf.map(typeText).join(' or ');
  if (shape.const !== undefined) return `\`${String(shape.const)}\``;
  if (shape.enum !== undefined) return shape.enum.map((value) => `\`${String(value)}\``).join(', ');
  const most = Number.MAX_SAFE_INTEGER;
  const { minimum = shape.exclusiveMinimum, maximum } = shape;
  const from = minimum === undefined || minimum === -most ? '' : `${minimum}`;
  const to = maximum === undefined || maximum === most ? '' : `${maximum}`;
  switch (shape.type) {
    case 'integer':
    case 'number': {
      const name = shape.type === 'integer' ? 'integer' : 'number';
      if (shape.exclusiveMinimum !== undefined)
        return `${name} over ${from}${to === '' ? '' : ` up to ${to}`}`;
      if (to === '') return from === '' ? name : `${name} from ${from}`;
      return `${name} ${from} … ${to}`;
    }
    case 'boolean':
      return '`true`, `false`';
    case 'string':
      return 'text';
    case 'array':
      return `list of ${typeText(shape.items ?? {})}`;
    case 'object':
      if (shape.properties !== undefined) return 'fields below';
      if (shape.propertyNames?.enum !== undefined)
        return `by family: ${typeText(shape.additionalProperties as Shape)}`;
      return 'by name';
    default:
      return 'anything';
  }
}

/** The fields of what an object, a list of them, or one of several forms has; undefined for plain values. */
function inner(shape: Shape): Shape | undefined {
  if (shape.properties !== undefined) return shape;
  const parts = [...(shape.anyOf ?? []), shape.items, shape.additionalProperties];
  return parts
    .filter((part): part is Shape => typeof part === 'object')
    .map(inner)
    .find((part) => part !== undefined);
}

function rowsOf(
  shape: Shape,
  prefix: string,
  docs: Readonly<Record<string, string>>,
  depth: number,
): readonly string[] {
  return Object.entries(shape.properties ?? {}).flatMap(([field, value]) => {
    const path = prefix + field;
    // What stands below a field may be told with it.
    const isBelow = prefix !== '';
    const meaning = ofTheFile[path] ?? docs[path] ?? ofTheFile[field] ?? (isBelow ? '' : undefined);
    if (meaning === undefined)
      throw new Error(`${path} has neither a doc comment in the library nor a text of its own`);
    const must = shape.required?.includes(field) ? 'yes' : '';
    const row = `| \`${path}\` | ${typeText(value)} | ${must} | ${meaning.replaceAll('|', '\\|')} |`;
    const below = inner(value);
    if (below === undefined || depth === 0) return [row];
    const step = value.type === 'object' && value.properties === undefined ? `${path}.FAMILY.` : `${path}.`;
    return [row, ...rowsOf(below, value.type === 'array' ? `${path}[].` : step, docs, depth - 1)];
  });
}

function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
}

/** `docs/reference/speaker-config.md`: shapes come from the schema, meanings from the doc comments of the library. */
export function speakerConfigPage(): string {
  const schema = shapeOf(speakerFileSchema);
  const text = ['settings/config', 'settings/aggregate']
    .map((name) => readFileSync(new URL(`../../../bgp/src/speaker/${name}.ts`, import.meta.url), 'utf8'))
    .join('\n');
  const below = Object.assign(inlineDocs(text), ...nested.map(([at, name]) => under(at, docsOf(text, name))));
  const docs = {
    speaker: { ...below, ...docsOf(text, 'SpeakerConfig') },
    peer: { ...below, ...docsOf(text, 'PeerConfig') },
    range: docsOf(text, 'PeerRange'),
    announcement: docsOf(text, 'Announcement'),
  };
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
  const only = (shape: Shape | undefined, names: readonly string[]): Shape => ({
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
  ...rowsOf({ properties: top, required }, '', docs.speaker, 2),
  ...rowsOf({ properties: lists, required }, '', {}, 0),
])}

## \`announce[]\`

${table(rowsOf(inner(lists.announce) ?? {}, '', { ...docs.announcement, aigp: ofTheFile['announce.aigp'] ?? '' }, 2))}

## \`neighbors[]\`

Times are in seconds. What a change of a field does to a session is in [config-fields.md](config-fields.md).

${table(rowsOf(shapeOf(neighborSchema), '', docs.peer, 4))}

## \`ranges[]\`

All fields of a neighbor but \`address\` and \`passive\`, and:

${table(rowsOf(only(shapeOf(rangeSchema), ['prefix', 'limit']), '', docs.range, 2))}
`;
}

/** Fields of objects that are written in place, such as \`addPath\`, by their path. */
function inlineDocs(text: string): Readonly<Record<string, string>> {
  const docs: Record<string, string> = {};
  for (const [, parent = '', body = ''] of text.matchAll(/^ {2}readonly (\w+)\?: \{\n([\s\S]*?)^ {2}\};/gm)) {
    for (const [, comment = '', field = ''] of body.matchAll(
      /^ {4}\/\*\* ([^\n]*?) \*\/\n {4}readonly (\w+)\??:/gm,
    )) {
      docs[`${parent}.${field}`] = comment;
    }
  }
  return docs;
}
