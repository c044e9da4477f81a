import {
  type Daemon,
  type DaemonName,
  eventually,
  freePort,
  needs,
  proofsOf,
  proves,
  startGobgp,
  type Teardown,
} from '@peerage/test-fixtures';
import t from 'tap';
import { policyFunction } from '../../src/policy/compile.js';
import type { PathStatus } from '../../src/speaker/views/status.js';
import { birdHub, connect, frrHub, type Hub, type Ours, startOurs } from './hub.js';

/** AS 100 with the members 65001, which is ours, and 65002, which is the daemon's. AS 7 is outside. */
const IDENTIFIER = 100;
const OURS = 65_001;
const THEIRS = 65_002;
const FROM_OUTSIDE = '203.0.113.0/24';
const FROM_THEM = '198.51.100.0/24';

interface Member {
  readonly name: DaemonName;
  readonly required: ReturnType<typeof needs>;
  readonly host: number;
  start(t: Teardown, hub: Hub): Promise<Daemon>;
  readonly show: string;
  readonly shows: readonly RegExp[];
}

const members: readonly Member[] = [
  {
    name: 'FRR',
    required: needs('root', 'command:bgpd', 'command:vtysh'),
    host: 101,
    start: (t, hub) =>
      frrHub(t, {
        ...hub,
        lines: [`bgp confederation identifier ${IDENTIFIER}`, `bgp confederation peers ${OURS}`],
      }),
    show: `show bgp ipv4 unicast ${FROM_OUTSIDE}`,
    shows: [/\(65001\) 7\n/, /localpref 170/, /metric 20/, /192\.0\.2\.104 /, /confed-external/],
  },
  {
    name: 'BIRD',
    required: needs('command:bird', 'command:birdc'),
    host: 111,
    start: (t, hub) =>
      birdHub(t, {
        ...hub,
        neighbors: hub.neighbors.map((neighbor) => ({
          ...neighbor,
          lines: [`confederation ${IDENTIFIER};`, 'confederation member yes;'],
        })),
      }),
    show: `show route for ${FROM_OUTSIDE} all`,
    shows: [/BGP\.as_path: \(65001\) 7\n/, /local_pref: 170/, /med: 20/, /next_hop: 192\.0\.2\.114/],
  },
  {
    name: 'GoBGP',
    required: needs('command:gobgpd', 'command:gobgp'),
    host: 121,
    start: startGobgpMember,
    show: 'global rib',
    shows: [/203\.0\.113\.0\/24 +192\.0\.2\.124 +\(65001\) 7 .*\{Med: 20\} \{LocalPref: 170\}/],
  },
];

const preferring = policyFunction(
  'preferring',
  () => ({ action: 'accept', statement: 'outside', edits: { localPref: 170 } }),
  { reads: [] },
);

async function startGobgpMember(t: Teardown, hub: Hub): Promise<Daemon> {
  const [us] = hub.neighbors;
  const daemon = await startGobgp(
    t,
    `[global.config]
  as = ${hub.as}
  router-id = "${hub.routerId}"
  port = ${hub.port}
  local-address-list = ["${hub.address}"]
[global.confederation.config]
  enabled = true
  identifier = ${IDENTIFIER}
  member-as-list = [${OURS}]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${us!.address}"
    peer-as = ${us!.as}
  [neighbors.timers.config]
    connect-retry = 2
    idle-hold-time-after-reset = 2
  [neighbors.transport.config]
    local-address = "${hub.address}"
    remote-port = ${us!.port}
  [neighbors.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 2
`,
  );
  for (const network of hub.networks) {
    await daemon.query(`global rib add ${network} nexthop 192.0.2.2 origin igp -a ipv4`);
  }
  return daemon;
}

const learned = (at: Ours, prefix: string): PathStatus | undefined =>
  at.speaker.rib({ prefix }).routes[0]?.paths.find(({ peer }) => peer !== 'local');

for (const member of members) {
  t.test(`${member.name} and we are members of a confederation`, member.required, async (t) => {
    proves(t, 'confederation', member.name);
    const at = (n: number): string => `127.0.0.${member.host + n}`;
    const us = await startOurs(t, at(0), OURS, {
      confederation: { identifier: IDENTIFIER, members: [THEIRS] },
    });
    const outside = await startOurs(t, at(3), 7);
    const hub: Hub = {
      ...{ address: at(1), port: await freePort(at(1)), as: THEIRS, routerId: '198.51.100.2' },
      networks: [FROM_THEM],
      neighbors: [us],
    };
    const them = await member.start(t, hub);
    connect(us, hub);
    // What an outside peer tells gets a local preference by policy, and its next hop stays as it is.
    connect(us, outside, { importPolicy: preferring });
    connect(outside, { ...us, as: IDENTIFIER });
    outside.speaker.announce({ prefixes: [FROM_OUTSIDE], attributes: { med: 20 } });

    const path = await eventually(() => learned(us, FROM_THEM), { timeout: 30_000 });
    t.strictSame(path.attributes.asPath, [{ type: 'confed-sequence', ases: [THEIRS] }]);
    // GoBGP gives routes of its own none.
    t.equal(path.attributes.localPref ?? 100, 100);
    t.match(us.speaker.peer(hub.address), { type: 'external', confederationMember: true, localAs: OURS });

    const beyond = await eventually(() => learned(outside, FROM_THEM), { timeout: 30_000 });
    t.strictSame(beyond.attributes.asPath, [{ type: 'sequence', ases: [IDENTIFIER] }]);
    t.equal(outside.speaker.peer(us.address)?.remoteAs, IDENTIFIER);

    const ask = (): Promise<string> => them.query(member.show).catch(() => '');
    const text = await eventually(async () => {
      const answer = await ask();
      return answer.includes('65001') ? answer : undefined;
    });
    for (const line of member.shows) t.match(text, line);

    outside.speaker.withdraw([FROM_OUTSIDE]);
    await eventually(async () => !(await ask()).includes('65001'));
  });
}

proofsOf(t, import.meta.url);
