// test-timeout: 120
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Daemon,
  type DaemonName,
  eventually,
  type Need,
  needs,
  proofsOf,
  proves,
  startBird,
  startExabgp,
  startGobgp,
  startOpenbgpd,
  type Teardown,
  tempDir,
} from '@peerage/test-fixtures';
import t from 'tap';
import { startSpeaker } from '../commands/peerage.js';
import { namespace } from './namespace.js';

const SPEAKER_AS = 64_512;
const DAEMON_AS = 64_513;
const [OUR_PORT, THEIR_PORT] = [1790, 1179];
const OBSERVED_MILLISECONDS = 6_000;

/** How both sides of a session protect it, and what must come of it. */
interface Case {
  readonly dials: 'speaker' | 'daemon';
  readonly ourPassword?: string;
  readonly theirPassword?: string;
  readonly ourHops?: 1;
  readonly theirGtsm?: true;
  readonly isUp: boolean;
}

const cases: readonly Case[] = [
  { dials: 'speaker', ourPassword: 'correct-horse', theirPassword: 'correct-horse', isUp: true },
  { dials: 'daemon', ourPassword: 'correct-horse', theirPassword: 'correct-horse', isUp: true },
  { dials: 'speaker', ourPassword: 'correct-horse', theirPassword: 'battery-staple', isUp: false },
  { dials: 'daemon', ourPassword: 'correct-horse', theirPassword: 'battery-staple', isUp: false },
  { dials: 'speaker', ourHops: 1, theirGtsm: true, isUp: true },
  { dials: 'daemon', ourHops: 1, theirGtsm: true, isUp: true },
  { dials: 'speaker', theirGtsm: true, isUp: false },
  { dials: 'speaker', ourHops: 1, isUp: false },
];

interface Row extends Case {
  readonly ours: string;
  readonly theirs: string;
}

interface Guarded {
  readonly name: DaemonName;
  readonly needs: readonly Need[];
  /** What it does not do on Linux. */
  readonly cannot?: (one: Case) => boolean;
  start(t: Teardown, rows: readonly Row[], within: string): Promise<Daemon>;
  /** Our addresses in the sessions that it calls established. Without it, the speaker's word counts alone. */
  established?(daemon: Daemon): Promise<readonly string[]>;
}

const daemons: readonly Guarded[] = [
  {
    name: 'BIRD',
    needs: ['command:bird'],
    start: (t, rows, within) =>
      startBird(
        t,
        `router id 198.51.100.1;\n${rows
          .map(
            (row) => `protocol bgp {
  local ${row.theirs} port ${THEIR_PORT} as ${DAEMON_AS};
  neighbor ${row.ours} port ${OUR_PORT} as ${SPEAKER_AS};
  multihop 1; strict bind on; passive ${row.dials === 'speaker' ? 'on' : 'off'};
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ${row.theirPassword === undefined ? '' : `password "${row.theirPassword}";`}
  ${row.theirGtsm ? 'ttl security on;' : ''}
  ipv4 { import all; export none; };
}
`,
          )
          .join('')}`,
        { namespace: within },
      ),
    established: async (daemon) =>
      (await daemon.query('show protocols all'))
        .split(/\n(?=\S)/)
        .filter((protocol) => /BGP state: +Established/.test(protocol))
        .map((protocol) => /Neighbor address: (\S+)/.exec(protocol)?.[1] ?? ''),
  },
  {
    name: 'GoBGP',
    needs: ['command:gobgpd'],
    start: (t, rows, within) =>
      startGobgp(
        t,
        `[global.config]
  as = ${DAEMON_AS}
  router-id = "198.51.100.2"
  port = ${THEIR_PORT}
  local-address-list = [${rows.map(({ theirs }) => `"${theirs}"`).join(', ')}]
${rows
  .map(
    (row) => `[[neighbors]]
  [neighbors.config]
    neighbor-address = "${row.ours}"
    peer-as = ${SPEAKER_AS}
    ${row.theirPassword === undefined ? '' : `auth-password = "${row.theirPassword}"`}
  [neighbors.timers.config]
    connect-retry = 2
    idle-hold-time-after-reset = 2
  [neighbors.transport.config]
    local-address = "${row.theirs}"
    remote-port = ${OUR_PORT}
    passive-mode = ${row.dials === 'speaker'}
  ${row.theirGtsm ? '[neighbors.ttl-security.config]\n    enabled = true\n    ttl-min = 255' : ''}
`,
  )
  .join('')}`,
        { namespace: within },
      ),
    established: async (daemon) =>
      (await daemon.query('neighbor'))
        .split('\n')
        .filter((line) => line.includes(' Establ '))
        .map((line) => line.split(' ')[0] ?? ''),
  },
  {
    name: 'OpenBGPD',
    needs: ['command:bgpctl'],
    // Its listening sockets have no keys, and take any TTL.
    cannot: ({ dials, theirPassword, ourHops, theirGtsm }) =>
      dials === 'speaker' && (theirPassword !== undefined || (theirGtsm === true && ourHops === undefined)),
    start: (t, rows, within) =>
      startOpenbgpd(
        t,
        `AS ${DAEMON_AS}
router-id 198.51.100.3
${rows.map(({ theirs }) => `listen on ${theirs} port ${THEIR_PORT}`).join('\n')}
fib-update no
connect-retry 1
${rows
  .map(
    (row) => `neighbor ${row.ours} {
  remote-as ${SPEAKER_AS}
  local-address ${row.theirs}
  port ${OUR_PORT}
  ${row.dials === 'speaker' ? 'passive' : ''}
  ${row.theirPassword === undefined ? '' : `tcp md5sig password ${row.theirPassword}`}
  ${row.theirGtsm ? 'ttl-security yes' : ''}
}
`,
  )
  .join('')}
allow from any
`,
        { namespace: within },
      ),
  },
  {
    name: 'ExaBGP',
    needs: ['command:exabgp'],
    // Its listening sockets take any TTL.
    cannot: ({ ourHops, theirGtsm }) => theirGtsm === true && ourHops === undefined,
    start: (t, rows, within) =>
      startExabgp(
        t,
        rows
          .map(
            (row) => `neighbor ${row.ours} {
  router-id 198.51.100.4;
  local-address ${row.theirs};
  local-as ${DAEMON_AS};
  peer-as ${SPEAKER_AS};
  ${row.dials === 'speaker' ? `listen ${THEIR_PORT}; passive true;` : `connect ${OUR_PORT}; passive false;`}
  ${row.theirPassword === undefined ? '' : `md5-password ${row.theirPassword};`}
  ${row.theirGtsm ? 'outgoing-ttl 255; incoming-ttl 255;' : ''}
  family { ipv4 unicast; }
}
`,
          )
          .join(''),
        { namespace: within },
      ),
  },
];

t.test(
  'equal passwords and GTSM on both sides hold with each daemon, whoever dials, and nothing else does',
  needs('root', 'command:ip', ...daemons.flatMap((daemon) => daemon.needs)),
  async (t) => {
    for (const { name } of daemons) proves(t, ['md5', 'gtsm'], name);
    const within = await namespace(t);
    const folder = tempDir(t);
    const rowsOf = daemons.map((daemon, d) =>
      cases
        .filter((one) => daemon.cannot?.(one) !== true)
        .map((one, i) => ({ ...one, ours: `127.3.${d}.${i + 1}`, theirs: `127.2.${d}.${i + 1}` })),
    );
    const rows = rowsOf.flat();
    const speaker = await startSpeaker(
      t,
      {
        localAs: SPEAKER_AS,
        routerId: '192.0.2.1',
        listenPort: OUR_PORT,
        ebgpRequiresPolicy: false,
        neighbors: rows.map(({ ours, theirs, dials, ourPassword, ourHops }, i) => {
          const file = join(folder, `password-${i}`);
          if (ourPassword !== undefined) writeFileSync(file, `${ourPassword}\n`);
          return {
            ...{ address: theirs, port: THEIR_PORT, remoteAs: DAEMON_AS, localAddress: ours },
            ...{ passive: dials === 'daemon', connectRetryTime: 1 },
            ...(ourPassword !== undefined && { passwordFile: file }),
            ...(ourHops !== undefined && { ttlSecurityHops: ourHops }),
          };
        }),
      },
      { namespace: within },
    );
    const started = await Promise.all(daemons.map((daemon, d) => daemon.start(t, rowsOf[d] ?? [], within)));
    const up = rows.filter(({ isUp }) => isUp).map(({ theirs }) => theirs);
    // A daemon guards a connection once it has accepted it, so a first OPEN may slip in before. It answers, and the speaker
    // calls that session established until the daemon's hold timer ends it: a session is one when both say so.
    const established = async (): Promise<readonly string[]> => {
      const here = (await speaker.control.neighbors())
        .filter(({ state }) => state === 'established')
        .map(({ address }) => address);
      const there = await Promise.all(
        daemons.map(async ({ established: theirWord }, d) => {
          const [daemon, ofDaemon = []] = [started[d], rowsOf[d]];
          if (daemon === undefined || theirWord === undefined) return ofDaemon;
          const said = await theirWord(daemon);
          return ofDaemon.filter(({ ours }) => said.includes(ours));
        }),
      );
      const agreed = new Set(there.flat().map(({ theirs }) => theirs));
      return here.filter((address) => agreed.has(address));
    };
    await eventually(
      async () => {
        const now = await established();
        return up.every((one) => now.includes(one));
      },
      { timeout: 60_000 },
    );
    const began = performance.now();
    while (performance.now() - began < OBSERVED_MILLISECONDS) {
      t.same(await established(), up);
      await sleep(1_000);
    }
  },
);

proofsOf(t, import.meta.url);
