import type { Log, LogLevel } from '../../ports/log.js';

type Fields = Readonly<Record<string, unknown>>;

/** One event of the log: how it reads, and what it means to who runs a speaker. */
interface LogEventRow {
  /** Levels that it may have. */
  readonly levels: readonly LogLevel[];
  /** The sentence for people, made from the fields. */
  readonly message: (fields: Fields) => string;
  readonly meaning: string;
  /** Names of its fields beside `message`. */
  readonly fields: readonly string[];
}

/** Fields of every event that is about one peer. */
const peer = ['peer', 'remoteAs', 'description'];

/** Every event that the library logs. `docs/reference/log-events.md` is drawn from this table. */
export const logEvents = {
  'connection.refused': {
    levels: ['info'],
    message: ({ peer, reason }) => `a connection from ${peer} was turned away: ${reason}`,
    meaning:
      'A configured peer dialled us, and may not: it is shut down, held down, or arrived at another address.',
    fields: [...peer, 'reason', 'local'],
  },
  'connection.unknown': {
    levels: ['info'],
    message: ({ remote, local }) => `${remote} dialled ${local} and is no peer: it was turned away`,
    meaning: 'Add it with `addPeer`, or a range that covers it; it got Cease / Connection Rejected.',
    fields: ['remote', 'local'],
  },
  'neighbour.changed': {
    levels: ['info'],
    message: ({ peer, neighbour }) =>
      neighbour === null ? `the link of ${peer} went down` : `${neighbour} is the router on ${peer}`,
    meaning: 'Of a peer that is known by its interface: who is heard there.',
    fields: [...peer, 'neighbour'],
  },
  'next-hop.changed': {
    levels: ['debug'],
    message: ({ address, reachable, metric }) =>
      reachable === true
        ? `next hop ${address} is reachable with metric ${metric}`
        : `next hop ${address} is out of reach`,
    meaning: 'The next-hop tracker told so; what goes there is decided anew.',
    fields: ['address', 'reachable', 'metric'],
  },
  'peer.prefixes': {
    levels: ['warn'],
    message: ({ peer, received, limit, family, level }) =>
      `${peer} has sent ${received} prefixes of ${family}${level === 'over' ? ', more than' : '; it may send'} ${limit}`,
    meaning: 'A limit of `maxPrefixes` was reached from below (`level`: `warning`), or passed (`over`).',
    fields: [...peer, 'family', 'received', 'limit', 'level'],
  },
  'peer.refused': {
    levels: ['error'],
    message: ({ peer, error }) => `peer ${peer} cannot be had as it is configured: ${error}`,
    meaning: 'It stays down until its configuration changes; nothing goes to it unprotected.',
    fields: [...peer, 'reason', 'error'],
  },
  'range.full': {
    levels: ['warn'],
    message: ({ remote }) => `${remote} was turned away: its range has as many peers as it may have`,
    meaning: 'Raise `limit` of the range, or find out who dials.',
    fields: ['remote'],
  },
  'refresh.ignored': {
    levels: ['debug'],
    message: ({ peer, family }) => `${peer} began to send ${family} again before its first table was over`,
    meaning: 'A Beginning-of-Route-Refresh before End-of-RIB is passed over (RFC 7313 §4.2).',
    fields: [...peer, 'family'],
  },
  'refresh.unfinished': {
    levels: ['warn'],
    message: ({ peer, family, seconds }) =>
      `${peer} did not finish sending ${family} again within ${seconds} s: what it left out is withdrawn`,
    meaning: 'Its End-of-Route-Refresh did not come within `refreshStaleTime` (RFC 7313 §4).',
    fields: [...peer, 'family', 'seconds'],
  },
  'routes.kept': {
    levels: ['info'],
    message: ({ peer, families }) => `routes of ${peer} are kept while it restarts: ${list(families)}`,
    meaning:
      'Graceful restart (RFC 4724): they are used as before, until the peer is back or its time is over.',
    fields: [...peer, 'families'],
  },
  'selection.begins': {
    levels: ['info'],
    message: ({ family }) =>
      `routes of ${family} are chosen from now on: peers have sent theirs, or had their time`,
    meaning: 'The wait after a restart of our own is over (RFC 4724 §4.1).',
    fields: ['family'],
  },
  'session.down': {
    levels: ['warn'],
    message: ({ peer, error }) => `the session with ${peer} is down: ${error}`,
    meaning: 'A session left Established. `reason` is one of the codes in errors-bgp.md.',
    fields: [...peer, 'reason', 'error', 'notification'],
  },
  'session.established': {
    levels: ['info'],
    message: ({ peer, remoteAs, families }) =>
      `the session with ${peer} (AS ${remoteAs}) is up: ${list(families)}`,
    meaning:
      'Routes are exchanged for these families; a family that is missing has its reason in the status of the peer.',
    fields: [...peer, 'families', 'holdTime', 'local', 'remotePort'],
  },
  'session.failed': {
    levels: ['info', 'debug'],
    message: ({ peer, error }) => `no session with ${peer}: ${error}`,
    meaning: 'An attempt at a session failed. The same failure again is told at level debug only.',
    fields: [...peer, 'reason', 'error', 'notification'],
  },
  'session.state': {
    levels: ['debug'],
    message: ({ peer, state, previous }) => `the session with ${peer} went from ${previous} to ${state}`,
    meaning: 'The state machine moved (RFC 4271 §8.2.2).',
    fields: [...peer, 'state', 'previous'],
  },
  'stale.long-lived': {
    levels: ['info'],
    message: ({ peer, family }) => `routes of ${peer} for ${family} are a last resort from now on`,
    meaning: 'Its restart takes longer than agreed on; they are kept as long-lived stale routes (RFC 9494).',
    fields: [...peer, 'family'],
  },
  'stale.swept': {
    levels: ['info'],
    message: ({ peer, family }) => `routes of ${peer} for ${family} that it did not send again are withdrawn`,
    meaning:
      'The peer is back and has sent End-of-RIB, or its time is over. `which`: stale, long-lived, or short-lived (not long-lived yet) ones.',
    fields: [...peer, 'family', 'which'],
  },
} as const satisfies Readonly<Record<string, LogEventRow>>;

/** Name of an event that the library logs. */
export type LogEvent = keyof typeof logEvents;

/** Logs an event with its sentence. Without a log nothing is made. */
export function tell(log: Log | undefined, level: LogLevel, event: LogEvent, fields: Fields): void {
  if (log === undefined) return;
  log.log(level, event, { ...fields, message: logEvents[event].message(fields) });
}

/** `docs/reference/log-events.md`, drawn from the table. */
export function logEventsPage(): string {
  const rows = Object.entries<LogEventRow>(logEvents).map(
    ([event, { levels, meaning, fields }]) =>
      `| \`${event}\` | ${levels.join(', ')} | ${meaning} | ${fields.map((field) => `\`${field}\``).join(', ')} |`,
  );
  return `# Log events of @peerage/bgp

<!-- Drawn from packages/bgp/src/speaker/views/log-events.ts by: PEERAGE_WRITE_PAGES=1 npx tap packages/bgp/test/speaker/views/log-events.test.ts -->

What a speaker tells the \`log\` port: a level, the name of the event, and fields. Names are stable: alerts may rest on them. The field
\`message\` is a sentence for people, and may change. No field ever holds a password.

| Event | Level | What it means | Fields |
|---|---|---|---|
${rows.join('\n')}
`;
}

function list(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? value.join(', ') : 'nothing';
}
