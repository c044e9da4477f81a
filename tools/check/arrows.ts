import type { Finding } from './finding.js';
import { packageOf, resolveImport, type SourceTree } from './source-tree.js';

/**
 * What a room may import beside itself. A name with `types` is for type-only imports. ARCHITECTURE.md shows the
 * same table; what is not listed is forbidden.
 */
export type Arrows = Readonly<Record<string, readonly string[]>>;

const bgpBase = ['bgp/net', 'bgp/iana', 'bgp/wire', 'bgp/errors'];
const bgpCodec = [...bgpBase, 'bgp/nlri', 'bgp/attributes', 'bgp/capabilities', 'bgp/message'];
const bgpShell = [...bgpCodec, 'bgp/ports', 'bgp/fsm', 'bgp/rib', 'bgp/policy', 'bgp/session'];

/** What rooms of the speaker import that see tables, and neither sessions nor state machines. */
const bgpTables = [...bgpCodec, 'bgp/ports', 'bgp/rib', 'bgp/policy'];

const speakerRooms = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `bgp/speaker/${name}`);

/** The rooms below `bgp/speaker`; files beside them (`bgp/speaker`) introduce them to one another. */
const speaker: Arrows = {
  'bgp/speaker/settings': [...bgpCodec, 'bgp/ports', 'bgp/policy', 'bgp/session'],
  'bgp/speaker/views': [...bgpShell, ...speakerRooms('settings')],
  'bgp/speaker/members': [...bgpTables, ...speakerRooms('settings')],
  'bgp/speaker/inbound': [...bgpTables, ...speakerRooms('settings', 'views', 'members')],
  'bgp/speaker/outbound': [...bgpTables, ...speakerRooms('settings', 'views', 'members')],
  'bgp/speaker/local': [...bgpTables, ...speakerRooms('settings', 'views', 'members')],
  'bgp/speaker/feeds': [...bgpTables, ...speakerRooms('settings', 'local')],
  'bgp/speaker/pipeline': [
    ...[...bgpTables, 'bgp/session'],
    ...speakerRooms('settings', 'views', 'members', 'inbound', 'outbound', 'local', 'feeds'),
  ],
  'bgp/speaker/connections': [...bgpCodec, 'bgp/ports', ...speakerRooms('settings')],
  'bgp/speaker/sessions': [...bgpShell, ...speakerRooms('settings', 'members')],
  'bgp/speaker/peers': [
    ...bgpShell,
    ...speakerRooms(
      'settings',
      'views',
      'members',
      'inbound',
      'local',
      'pipeline',
      'connections',
      'sessions',
    ),
  ],
  'bgp/speaker': bgpShell,
};

const bgp: Arrows = {
  'bgp/errors': [],
  'bgp/net': ['bgp/errors'],
  'bgp/iana': ['bgp/errors'],
  'bgp/wire': ['bgp/errors'],
  'bgp/ports': ['bgp/net', 'bgp/errors'],
  'bgp/nlri': bgpBase,
  'bgp/attributes': [...bgpBase, 'bgp/nlri'],
  'bgp/capabilities': bgpBase,
  'bgp/message': [...bgpBase, 'bgp/nlri', 'bgp/attributes', 'bgp/capabilities'],
  'bgp/fsm': [...bgpBase, 'bgp/message', 'bgp/capabilities'],
  'bgp/rib': [...bgpBase, 'bgp/nlri', 'bgp/attributes'],
  'bgp/policy': ['bgp/net', 'bgp/iana', 'bgp/attributes', 'bgp/errors'],
  'bgp/session': [...bgpBase, 'bgp/ports', 'bgp/fsm', 'bgp/message', 'bgp/attributes', 'bgp/capabilities'],
  ...speaker,
  // a speaker that is run for practice
  'bgp/rehearsal': [...bgpCodec, 'bgp/policy', 'bgp/ports', 'bgp/speaker'],
  'bgp/node': ['bgp/ports', 'bgp/errors'],
  // a speaker with Node's own ports: the one place where the two meet
  'bgp/node/create-speaker.ts': ['bgp/node', 'bgp/speaker'],
  'bgp/testing': [...bgpCodec, 'bgp/ports'],
  // doors of the package: they only name what others make
  'bgp/index.ts': [...bgpShell, 'bgp/speaker', 'bgp/rehearsal'],
  'bgp/codec.ts': bgpCodec,
  'bgp/community.ts': ['bgp/policy'],
  'bgp/session.ts': [...bgpCodec, 'bgp/ports', 'bgp/fsm', 'bgp/session'],
};

const agentRooms = [
  'config',
  'cloud',
  'model',
  'items',
  'sources',
  'desired',
  'sinks',
  'state',
  'fib',
  'drivers',
  'reconcile',
]
  .concat('controllers', 'observe', 'testing')
  .map((room) => `router-agent/${room}`);
const agentEverything = [...agentRooms, 'router-agent/errors', 'bgp', 'linux', 'control'];

const agent: Arrows = {
  'router-agent/errors': [],
  // the schemas of what a file says of peers, which `peerage speaker` reads too: zod, and nothing else
  'router-agent/config': ['router-agent/errors', 'control/settings.ts'],
  'router-agent/model': ['router-agent/errors'],
  'router-agent/items': ['router-agent/errors'],
  'router-agent/sources': ['router-agent/model', 'router-agent/errors'],
  'router-agent/desired': [
    'router-agent/config',
    'router-agent/model',
    'router-agent/items',
    'router-agent/errors',
  ],
  // the forms of communities, which are the library's
  'router-agent/desired/annotations/value-types.ts': ['router-agent/config', 'router-agent/items', 'bgp'],
  // what is written to the cluster goes by the connection that reads it
  'router-agent/sinks': [
    'router-agent/sources',
    'router-agent/items',
    'router-agent/model',
    'router-agent/errors',
  ],
  // what a cloud is asked for; the bundle of its client is loaded only in that cloud
  'router-agent/cloud': ['router-agent/errors'],
  'router-agent/state': ['router-agent/items', 'router-agent/model', 'router-agent/errors'],
  'router-agent/fib': ['router-agent/items', 'linux', 'types bgp', 'router-agent/errors'],
  'router-agent/drivers': ['router-agent/items', 'linux', 'bgp', 'router-agent/errors'],
  // the driver interface stands in items
  'router-agent/reconcile': ['router-agent/items', 'router-agent/errors'],
  'router-agent/controllers': [
    ...['config', 'cloud', 'desired', 'reconcile', 'items', 'model', 'errors'].map(
      (room) => `router-agent/${room}`,
    ),
  ],
  'router-agent/observe': ['router-agent/items', 'router-agent/model', 'types bgp', 'router-agent/errors'],
  // fakes stand behind the ports that these rooms declare
  'router-agent/testing': [
    ...['items', 'model', 'sources', 'sinks', 'fib', 'drivers', 'errors'].map(
      (room) => `router-agent/${room}`,
    ),
    'router-agent/agent-ports.ts',
    'linux',
  ],
  // run, main and what they build everything with: the files at the top of src
  'router-agent/shell': agentEverything,
};

export const arrows: Arrows = {
  ...bgp,
  ...agent,
  linux: [],
  control: ['types bgp'],
  cli: ['bgp', 'control', 'linux'],
  'test-fixtures': [],
};

/** Imports that are right in one file only, and only in one form. */
const exceptions: readonly { readonly file: string; readonly specifier: string; readonly form: 'dynamic' }[] =
  [
    // so that the other commands never load the Kubernetes client
    {
      file: 'packages/cli/src/commands/completion.ts',
      specifier: '@peerage/router-agent/flags',
      form: 'dynamic',
    },
    { file: 'packages/cli/src/commands/agent.ts', specifier: '@peerage/router-agent/run', form: 'dynamic' },
  ];

/** Packages of one room each: their folders may import each other, without cycles. */
const oneRoom = new Set(['linux', 'control', 'cli', 'test-fixtures']);

/**
 * The rooms that a file stands in, from the narrow one to the whole package: `bgp/rib/columns.ts`, `bgp/rib`, `bgp`; where
 * a room has rooms below it, `bgp/speaker/feeds/sinks.ts`, `bgp/speaker/feeds`, `bgp/speaker`, `bgp`. A file at the top of `src` is a room of its own, except `errors.ts`, which is the room `errors`, and those of
 * the agent, which are its shell.
 */
function roomsOf(path: string): readonly string[] {
  const [, name, below] = /^(?:packages\/)?([^/]+)\/src\/(.+)$/.exec(path) ?? [];
  if (name === undefined || below === undefined) return [];
  const atTop = !below.includes('/');
  const shell = atTop && name === 'router-agent' && below !== 'errors.ts';
  const room = shell ? 'shell' : below.replace(/\/.*|(?<=^errors)\.ts$/, '');
  const [, inner] = /^[^/]+\/([^/]+)\//.exec(below) ?? [];
  const narrow = inner === undefined ? [] : [`${name}/${room}/${inner}`];
  return [`${name}/${below}`, ...narrow, `${name}/${room}`, name];
}

/** Whether rooms below this one have rows: then each of its folders needs one. */
function isDivided(table: Arrows, room: string): boolean {
  return Object.keys(table).some((row) => row.startsWith(`${room}/`) && !row.endsWith('.ts'));
}

/** The row that a file stands under: its own where it has one, else its room's, or the package's. */
function homeOf(table: Arrows, path: string): string | undefined {
  const all = roomsOf(path);
  const [file, narrow] = all;
  if (file !== undefined && table[file] !== undefined) return file;
  const [room, name] = all.slice(-2);
  if (name !== undefined && oneRoom.has(name)) return name;
  return room !== undefined && isDivided(table, room) ? narrow : room;
}

function allows(table: Arrows, from: string, target: readonly string[], typeOnly: boolean): boolean {
  const may = table[from] ?? [];
  return target.some(
    (room) => room === from || may.includes(room) || (typeOnly && may.includes(`types ${room}`)),
  );
}

/** Finds the imports between rooms that no arrow allows, type-only ones included; and rooms that have no row. */
export function findWrongArrows(tree: SourceTree, table: Arrows = arrows): Finding[] {
  const findings: Finding[] = [];
  const unknown = new Map<string, string>();
  for (const file of tree.files) {
    const from = homeOf(table, file.path);
    if (from === undefined || packageOf(tree, file.path) === undefined) continue;
    if (table[from] === undefined) {
      unknown.set(from, file.path);
      continue;
    }
    for (const { specifier, line, form, typeOnly } of file.imports) {
      const target = resolveImport(tree, file.path, specifier);
      if (target === undefined) continue;
      if (
        exceptions.some(
          (row) => row.file === file.path && row.specifier === specifier && (form === row.form || typeOnly),
        )
      ) {
        continue;
      }
      const rooms = roomsOf(target);
      if (rooms.length === 0 || allows(table, from, rooms, typeOnly)) continue;
      const to = homeOf(table, target);
      const hint = table[from]?.includes(`types ${rooms.at(-1)}`)
        ? ' other than types (use `import type`)'
        : '';
      findings.push({
        place: `${file.path}:${line}`,
        text: `${from} must not import ${to}${hint}: ${specifier}`,
      });
    }
  }
  const rows = [...unknown].map(([room, path]) => ({
    place: path,
    text: `room ${room} has no row in the table of arrows (tools/check/arrows.ts)`,
  }));
  return [...rows, ...findings];
}
