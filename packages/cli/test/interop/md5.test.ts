// test-timeout: 150
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  eventually,
  needs,
  proofsOf,
  proves,
  startBird,
  startFrr,
  type Teardown,
  tempDir,
} from '@peerage/test-fixtures';
import t from 'tap';
import { peerage, startSpeaker } from '../commands/peerage.js';
import { addAddresses, namespace } from './namespace.js';

const SPEAKER_AS = 64512;
const DAEMON_AS = 64513;
/** All live in one namespace, and all but BIRD listen on all of its addresses. */
const ports = { speaker: 1790, FRR: 179, BIRD: 1179 } as const;
const OBSERVED_MILLISECONDS = 15_000;

type Daemon = 'FRR' | 'BIRD';

/** One neighbour of the one speaker: how both are configured, and what must come of it. */
interface Case {
  readonly daemon: Daemon;
  readonly version: 4 | 6;
  readonly dials: 'speaker' | 'daemon' | 'both';
  readonly ours: string | null;
  readonly theirs: string | null;
  readonly isUp: boolean;
}

interface Row extends Case {
  readonly title: string;
  readonly ourAddress: string;
  readonly theirAddress: string;
}

type Passwords = Pick<Case, 'ours' | 'theirs' | 'isUp' | 'dials'>;

const passwords: readonly Passwords[] = [
  { dials: 'speaker', ours: 'correct-horse', theirs: 'correct-horse', isUp: true },
  { dials: 'daemon', ours: 'correct-horse', theirs: 'correct-horse', isUp: true },
  { dials: 'both', ours: null, theirs: null, isUp: true },
  { dials: 'both', ours: 'correct-horse', theirs: 'battery-staple', isUp: false },
  { dials: 'speaker', ours: 'correct-horse', theirs: 'battery-staple', isUp: false },
  { dials: 'daemon', ours: 'correct-horse', theirs: 'battery-staple', isUp: false },
  { dials: 'both', ours: null, theirs: 'correct-horse', isUp: false },
  { dials: 'both', ours: 'correct-horse', theirs: null, isUp: false },
];

function rows(daemon: Daemon, version: 4 | 6): readonly Row[] {
  const their = daemon === 'FRR' ? 2 : 3;
  return passwords.map((one, i) => {
    const n = (daemon === 'FRR' ? 0 : 100) + i + 1;
    const told = (password: string | null): string =>
      password === null ? 'none' : password === 'correct-horse' ? 'right' : 'wrong';
    return {
      ...one,
      daemon,
      version,
      title: `${daemon}, IPv${version}, dialled by ${one.dials}, our password ${told(one.ours)}, theirs ${told(one.theirs)}`,
      ourAddress: version === 4 ? `127.1.1.${n}` : `fd00:1::${n}`,
      theirAddress: version === 4 ? `127.1.${their}.${n}` : `fd00:${their}::${n}`,
    };
  });
}

function frrConfig(all: readonly Row[], version: 4 | 6): string {
  return `router bgp ${DAEMON_AS}
 bgp router-id 198.51.100.${version}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 bgp disable-ebgp-connected-route-check
${all
  .map(
    ({ ourAddress, theirAddress, dials, theirs }) => ` neighbor ${ourAddress} remote-as ${SPEAKER_AS}
 neighbor ${ourAddress} port ${ports.speaker}
 neighbor ${ourAddress} update-source ${theirAddress}
 neighbor ${ourAddress} timers connect 1
 ${dials === 'speaker' ? `neighbor ${ourAddress} passive` : '!'}
 ${theirs === null ? '!' : `neighbor ${ourAddress} password ${theirs}`}
`,
  )
  .join('')}
 address-family ipv${version} unicast
${all.map(({ ourAddress }) => `  neighbor ${ourAddress} activate\n`).join('')}
`;
}

function birdConfig(all: readonly Row[]): string {
  const protocols = all.map(
    ({ ourAddress, theirAddress, dials, theirs, version }) => `protocol bgp {
  local ${theirAddress} port ${ports.BIRD} as ${DAEMON_AS};
  neighbor ${ourAddress} port ${ports.speaker} as ${SPEAKER_AS};
  multihop 2;
  strict bind on;
  passive ${dials === 'speaker' ? 'on' : 'off'};
  connect delay time 1;
  connect retry time 1;
  error wait time 1, 2;
  ${theirs === null ? '' : `password "${theirs}";`}
  ipv${version} { import all; export none; };
}
`,
  );
  return `router id 198.51.100.1;\n${protocols.join('')}`;
}

async function startDaemons(t: Teardown, all: readonly Row[], within: string): Promise<void> {
  const of = (daemon: Daemon, version: 4 | 6): readonly Row[] =>
    all.filter((one) => one.daemon === daemon && one.version === version);
  const options = { namespace: within, port: ports.FRR };
  await startFrr(t, frrConfig(of('FRR', 4), 4), { ...options, address: '0.0.0.0' });
  await startFrr(t, frrConfig(of('FRR', 6), 6), { ...options, address: '::' });
  await startBird(t, birdConfig(all.filter((one) => one.daemon === 'BIRD')), options);
}

t.test(
  'one speaker with every combination of passwords, FRR and BIRD, IPv4 and IPv6, whoever dials',
  needs('root', 'command:bgpd', 'command:vtysh', 'command:bird', 'command:ip'),
  async (t) => {
    for (const daemon of ['FRR', 'BIRD'] as const) proves(t, 'md5', daemon);
    const within = await namespace(t);
    const all = (['FRR', 'BIRD'] as const).flatMap((daemon) => [...rows(daemon, 4), ...rows(daemon, 6)]);
    const ipv6 = all.filter((one) => one.version === 6);
    await addAddresses(
      within,
      'lo',
      ipv6.flatMap((one) => [`${one.ourAddress}/128`, `${one.theirAddress}/128`]),
    );
    const folder = tempDir(t);
    const speaker = await startSpeaker(
      t,
      {
        localAs: SPEAKER_AS,
        routerId: '192.0.2.1',
        listenPort: ports.speaker,
        ebgpRequiresPolicy: false,
        neighbors: all.map(({ daemon, ourAddress, theirAddress, dials, ours, title }, i) => {
          const file = join(folder, `password-${i}`);
          if (ours !== null) writeFileSync(file, `${ours}\n`);
          return {
            address: theirAddress,
            port: ports[daemon],
            remoteAs: DAEMON_AS,
            description: title,
            localAddress: ourAddress,
            passive: dials === 'daemon',
            connectRetryTime: 1,
            ...(ours !== null && { passwordFile: file }),
          };
        }),
      },
      { namespace: within },
    );
    await startDaemons(t, all, within);
    const up = all.filter((one) => one.isUp);
    const established = async (): Promise<readonly string[]> =>
      (await speaker.control.neighbors())
        .filter((one) => one.state === 'established')
        .map((one) => one.address);
    await eventually(async () => (await established()).length >= up.length, { timeout: 30_000 });

    const began = performance.now();
    let samples = 0;
    while (performance.now() - began < OBSERVED_MILLISECONDS) {
      t.same(
        await established(),
        up.map((one) => one.theirAddress),
        `${(performance.now() - began).toFixed(0)} ms on: those with equal passwords, and no others`,
      );
      samples += 1;
      await sleep(1_000);
    }
    t.comment(`${samples} samples: ${up.length} sessions up, ${all.length - up.length} down`);

    for (const { title, theirAddress, isUp, ours } of all) {
      const peer = await speaker.control.neighbor(theirAddress);
      t.match(peer, { establishedCount: isUp ? 1 : 0, flaps: 0, md5: ours !== null }, title);
      if (isUp) t.equal(peer.hint, undefined, `${title}: nothing to hint at`);
      else t.match(peer.hint, /MD5/, title);
    }

    const shown = await peerage(t, ['show', 'neighbors', '--socket', speaker.socket]);
    t.equal(shown.status, 0, shown.stderr);
    const wrong = all.find((one) => !one.isUp)!;
    t.match(shown.stdout, new RegExp(`^${wrong.theirAddress}: .*TCP MD5`, 'm'));
    t.notMatch(
      shown.stdout + speaker.stderr(),
      /correct-horse|battery-staple/,
      'no password is shown or logged',
    );

    speaker.child.kill('SIGTERM');
    t.match(await speaker.ended, { status: 0 }, speaker.stderr());
  },
);

proofsOf(t, import.meta.url);
