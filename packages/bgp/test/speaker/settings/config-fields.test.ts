import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { BgpError } from '../../../src/errors.js';
import type { PeerConfig, SpeakerConfig } from '../../../src/speaker/settings/config.js';
import { rangeSettings } from '../../../src/speaker/settings/peer-ranges.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';
import { speakerSettings } from '../../../src/speaker/settings/speaker-settings.js';
import { Lab } from '../lab.js';
import {
  announcementFields,
  changesFields,
  type FieldRow,
  peerFields,
  queryFields,
  rangeFields,
  speakerFields,
  waitFields,
} from './config-table.js';

const peer = { address: '192.0.2.2', remoteAs: 64513 };
const range = { prefix: '192.0.2.0/24', remoteAs: 64513 };
const speakerConfig = { localAs: 64512, routerId: '192.0.2.1' };

const speakerOf = () => new Lab().speaker(1, 64512).speaker;

function thrownBy(act: () => unknown): BgpError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof BgpError) return error;
    throw error;
  }
}

/** An interface stands in place of an address. */
const instead = (field: string): object => (field === 'interface' ? { address: undefined } : {});
const configOf = (field: string, value: unknown, { beside = {} }: FieldRow): PeerConfig =>
  ({ ...peer, ...beside, ...instead(field), [field]: value }) as PeerConfig;
const speakerConfigOf = (field: string, value: unknown, { beside = {} }: FieldRow): SpeakerConfig =>
  ({ ...speakerConfig, ...beside, [field]: value }) as SpeakerConfig;

/** What is refused, each with the end of the path that the error must have. */
function refusals(field: string, { wrong, inside = [] }: FieldRow): readonly (readonly [unknown, string])[] {
  return [
    ...wrong.map((value) => [value, field] as const),
    ...inside.map(([value, path]) => [value, field + path] as const),
  ];
}

t.test('plan says for each field of a peer what its change does', async (t) => {
  for (const [field, { value, beside = {}, change }] of Object.entries(peerFields)) {
    const before = { ...peer, ...beside } as PeerConfig;
    const after = { ...before, ...instead(field), [field]: value } as PeerConfig;
    const speaker = speakerOf();
    speaker.apply({ peers: [before] });
    t.same(speaker.plan({ peers: [before] }), [], `${field}: the same again changes nothing`);
    const rows = speaker.plan({ peers: [after] });
    const expected = change === 'renames' ? ['added', 'removed'] : [change];
    t.same(rows.map((row) => row.change).sort(), expected, field);
    if (change !== 'renames') t.match(rows[0]?.reason, /changed/, `${field}: ${rows[0]?.reason}`);
    speaker.apply({ peers: [after] });
    t.same(speaker.plan({ peers: [after] }), [], `${field}: applied, it is so`);
    t.same(
      speaker.plan({ peers: [before] }).length,
      expected.length,
      `${field}: and the way back is a change`,
    );
    await speaker.close();
  }
});

t.test('a wrong value of any field is refused with code, path, value and what is allowed', async (t) => {
  const { speaker } = new Lab().speaker(1, 64512);
  type Act = (field: string, value: unknown, row: FieldRow) => unknown;
  const tables: readonly (readonly [string, Readonly<Record<string, FieldRow>>, Act])[] = [
    ['PeerConfig', peerFields, (field, value, row) => peerSettings(configOf(field, value, row), 64512)],
    ['PeerRange', rangeFields, (field, value) => rangeSettings({ ...range, [field]: value } as never, 64512)],
    [
      'SpeakerConfig',
      speakerFields,
      (field, value, row) => speakerSettings(speakerConfigOf(field, value, row)),
    ],
    [
      'Announcement',
      announcementFields,
      (field, value) => speaker.announce({ prefixes: ['198.51.100.0/24'], [field]: value } as never),
    ],
    ['RouteQuery', queryFields, (field, value) => speaker.rib({ [field]: value } as never)],
    [
      'ChangesOptions',
      changesFields,
      (field, value) => void speaker.changes({ [field]: value } as never).return?.(),
    ],
  ];
  for (const [name, rows, act] of tables) {
    for (const [field, row] of Object.entries(rows)) {
      for (const [value, path] of refusals(field, row)) {
        const error = thrownBy(() => act(field, value, row));
        const isRight = error?.path?.endsWith(path) === true && (error.allowed ?? '') !== '';
        const what =
          error === undefined
            ? 'is taken'
            : `${error.code} ${error.message}; ${error.path}; ${error.allowed}`;
        t.ok(isRight, `${name}.${field} ${JSON.stringify(value)}: ${what}`);
      }
    }
  }
  for (const [field, row] of Object.entries(waitFields)) {
    for (const [value, path] of refusals(field, row)) {
      const wait = speaker.announceAndWait({ prefixes: ['198.51.100.0/24'] }, { [field]: value } as never);
      await t.rejects(wait, { code: 'BGP_ERR_CONFIG', path, allowed: /./ }, `${field} ${String(value)}`);
    }
  }
  t.same(speaker.announced(), [], 'nothing of it was done');
  await speaker.close();
});

t.test('a right value of any field is taken, and a misspelt field is named with the right one', async (t) => {
  for (const [field, { value, beside = {} }] of Object.entries(peerFields)) {
    t.ok(peerSettings({ ...peer, ...beside, ...instead(field), [field]: value } as PeerConfig, 64512), field);
    const misspelt = { ...peer, [field.toUpperCase()]: value } as unknown as PeerConfig;
    t.throws(() => peerSettings(misspelt, 64512), {
      code: 'BGP_ERR_CONFIG',
      message: new RegExp(`use ${field}$`),
    });
  }
  for (const [field, { value, beside = {} }] of Object.entries(speakerFields)) {
    t.ok(speakerSettings({ ...speakerConfig, ...beside, [field]: value } as SpeakerConfig), field);
  }
});

const words = {
  'changed-live': 'at once',
  'soft-refresh': 'routes are judged and advertised anew, the session stays',
  reset: 'a new session',
  renames: 'another peer: one is removed, one added',
} as const;

/** `docs/reference/config-fields.md`: what is allowed comes from the errors, what a change does from `plan`. */
function page(): string {
  const allowed = (act: (value: unknown) => unknown, row: FieldRow): string => {
    const found = row.wrong
      .map((value) => thrownBy(() => act(value))?.allowed)
      .find((text) => text !== undefined);
    return (found ?? '').replaceAll('|', '\\|');
  };
  const peerRows = Object.entries(peerFields).map(([field, row]) => {
    const act = (value: unknown) =>
      peerSettings({ ...peer, ...row.beside, [field]: value } as PeerConfig, 64512);
    return `| \`${field}\` | ${allowed(act, row)} | ${words[row.change]} |`;
  });
  const speakerRows = Object.entries(speakerFields).map(([field, row]) => {
    const act = (value: unknown) =>
      speakerSettings({ ...speakerConfig, ...row.beside, [field]: value } as SpeakerConfig);
    return `| \`${field}\` | ${allowed(act, row)} |`;
  });
  return `# Fields of a configuration

<!-- Drawn from packages/bgp/test/speaker/settings/config-table.ts by: PEERAGE_WRITE_PAGES=1 npx tap packages/bgp/test/speaker/settings/config-fields.test.ts -->

What each field means is in its doc comment; here is what may stand in it, and what a change of it does. Anything else throws
\`BGP_ERR_CONFIG\` with the \`path\` of the field, the \`value\` and what is \`allowed\`; an unknown field is named with the nearest one.

## \`PeerConfig\`, and \`PeerRange\` but for \`address\` and \`passive\`

The last column is what \`updatePeer\` and \`apply\` do to a peer whose session is up; \`plan\` says so beforehand. With several changed fields
the strongest counts.

| Field | Allowed | A change |
|---|---|---|
${peerRows.join('\n')}

\`group\` names groups of \`SpeakerConfig.peerGroups\`, which \`apply\` replaces: they give what the peer does not set. A group that changes is for each
peer a change of the fields that become different for it.

Times that are taken over at once count from their next start on; the hold time is agreed on in OPEN, so that a changed one holds from the
next session on.

## \`SpeakerConfig\`

These hold for the life of a speaker: another value needs another speaker.

| Field | Allowed |
|---|---|
${speakerRows.join('\n')}
`;
}

t.test('docs/reference/config-fields.md is what the tables say', async (t) => {
  const file = new URL('../../../../../docs/reference/config-fields.md', import.meta.url);
  if (process.env.PEERAGE_WRITE_PAGES === '1') writeFileSync(file, page());
  const how =
    'write it with PEERAGE_WRITE_PAGES=1 npx tap packages/bgp/test/speaker/settings/config-fields.test.ts';
  t.equal(readFileSync(file, 'utf8'), page(), how);
});
