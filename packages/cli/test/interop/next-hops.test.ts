// test-timeout: 120
import {
  type Daemon,
  type DaemonName,
  eventually,
  type Need,
  needs,
  proofsOf,
  proves,
  startBird,
  startFrr,
  startGobgp,
  startOpenbgpd,
  type Teardown,
} from '@peerage/test-fixtures';
import t from 'tap';
import { startSpeaker } from '../commands/peerage.js';
import { ip, namespace } from './namespace.js';

const patient = { timeout: 30_000 };
const ROUTE = '203.0.113.0/24';
const AS = 64_512;
const [OUR_PORT, THEIR_PORT] = [1790, 1179];

/** A session with a daemon, on which it tells the route over this next hop. */
interface Session {
  readonly n: number;
  readonly ours: string;
  readonly theirs: string;
  readonly nextHop: string;
}

const sessions: readonly Session[] = [2, 3].map((n) => ({
  ...{ n, ours: `127.0.${n}.1`, theirs: `127.0.${n}.2`, nextHop: `10.0.0.${n - 1}` },
}));

interface Teller {
  readonly name: DaemonName;
  readonly needs: readonly Need[];
  start(t: Teardown, within: string): Promise<Daemon>;
}

const tellers: readonly Teller[] = [
  {
    name: 'BIRD',
    needs: ['command:bird', 'command:birdc'],
    start: (t, within) =>
      startBird(
        t,
        `router id 198.51.100.100;
protocol static { ipv4; route ${ROUTE} blackhole; }
${sessions
  .map(
    ({ n, ours, theirs, nextHop }) => `protocol bgp b${n} {
  local ${theirs} port ${THEIR_PORT} as ${AS};
  neighbor ${ours} port ${OUR_PORT} as ${AS};
  strict bind on; passive on; multihop;
  ipv4 {
    import none;
    next hop keep;
    export filter { if source = RTS_STATIC then { bgp_next_hop = ${nextHop}; accept; } reject; };
  };
}
`,
  )
  .join('')}`,
        { namespace: within },
      ),
  },
  {
    name: 'FRR',
    needs: ['command:bgpd', 'command:vtysh'],
    start: (t, within) =>
      startFrr(
        t,
        `${sessions
          .map(({ n, nextHop }) => `route-map OVER${n} permit 10\n set ip next-hop ${nextHop}\n`)
          .join('')}router bgp ${AS}
 bgp router-id 198.51.100.100
 no bgp network import-check
${sessions
  .map(
    ({ n, ours, theirs }) => ` neighbor ${ours} remote-as ${AS}
 neighbor ${ours} port ${OUR_PORT}
 neighbor ${ours} update-source ${theirs}
 neighbor ${ours} passive
 neighbor ${ours} route-map OVER${n} out
`,
  )
  .join('')} network ${ROUTE}
`,
        { namespace: within, address: '0.0.0.0', port: THEIR_PORT },
      ),
  },
  {
    name: 'GoBGP',
    needs: ['command:gobgpd', 'command:gobgp'],
    async start(t, within) {
      const list = sessions.map(({ theirs }) => `"${theirs}"`).join(', ');
      const daemon = await startGobgp(
        t,
        `[global.config]
  as = ${AS}
  router-id = "198.51.100.100"
  port = ${THEIR_PORT}
  local-address-list = [${list}]
[global.apply-policy.config]
  export-policy-list = ["over"]
${sessions
  .map(
    ({ n, ours, theirs }) => `[[neighbors]]
  [neighbors.config]
    neighbor-address = "${ours}"
    peer-as = ${AS}
  [neighbors.transport.config]
    local-address = "${theirs}"
    passive-mode = true
[[defined-sets.neighbor-sets]]
  neighbor-set-name = "n${n}"
  neighbor-info-list = ["${ours}"]
`,
  )
  .join('')}[[policy-definitions]]
  name = "over"
${sessions
  .map(
    ({ n, nextHop }) => `  [[policy-definitions.statements]]
    [policy-definitions.statements.conditions.match-neighbor-set]
      neighbor-set = "n${n}"
    [policy-definitions.statements.actions.bgp-actions]
      set-next-hop = "${nextHop}"
`,
  )
  .join('')}`,
        { namespace: within },
      );
      await daemon.query(`global rib add ${ROUTE} nexthop 10.0.0.1`);
      return daemon;
    },
  },
  {
    name: 'OpenBGPD',
    needs: ['command:bgpctl'],
    start: (t, within) =>
      startOpenbgpd(
        t,
        `AS ${AS}
router-id 198.51.100.100
${sessions.map(({ theirs }) => `listen on ${theirs} port ${THEIR_PORT}`).join('\n')}
fib-update no
network ${ROUTE}
${sessions
  .map(
    ({ ours, theirs, nextHop }) => `neighbor ${ours} {
  remote-as ${AS}
  local-address ${theirs}
  passive
}
allow to ${ours} set nexthop ${nextHop}
`,
  )
  .join('')}`,
        { namespace: within },
      ),
  },
];

/** Two links, and a route over each of them to a next hop. */
async function network(t: Teardown): Promise<string> {
  const within = await namespace(t);
  for (const line of [
    'link add one type veth peer name two',
    'address add 198.51.100.1/30 dev one',
    'link set one up',
    'link set two up',
    'link add three type veth peer name four',
    'address add 198.51.100.5/30 dev three',
    'link set three up',
    'link set four up',
    'route add 10.0.0.1/32 via 198.51.100.2 metric 10',
    'route add 10.0.0.2/32 via 198.51.100.6 metric 20',
  ]) {
    await ip(`-n ${within} ${line}`);
  }
  return within;
}

for (const { name, needs: required, start } of tellers)
  t.test(
    `next-hop tracking by the kernel: routes of ${name} go with the link of their next hop, and the nearer one is best`,
    needs('root', 'command:ip', ...required),
    async (t) => {
      proves(t, 'next-hop-tracking', name, ['theirs']);
      const within = await network(t);
      await start(t, within);
      const neighbor = { remoteAs: AS, port: THEIR_PORT, connectRetryTime: 1 };
      const speaker = await startSpeaker(
        t,
        {
          localAs: AS,
          routerId: '192.0.2.1',
          listenPort: OUR_PORT,
          trackNextHops: true,
          neighbors: sessions.map(({ ours, theirs }) => ({
            ...neighbor,
            address: theirs,
            localAddress: ours,
          })),
        },
        { namespace: within },
      );
      const best = async (): Promise<string> => {
        for await (const { paths } of speaker.control.rib({ prefix: ROUTE })) {
          if (paths.length < 2) break;
          const found = paths.find((path) => path.best);
          return found === undefined ? 'none' : `${found.nextHop}, ${found.reason}`;
        }
        return 'fewer than two paths';
      };
      const becomes = (wanted: RegExp) => eventually(async () => wanted.test(await best()), patient);
      await becomes(/^10\.0\.0\.1, nearer next hop/);
      await ip(`-n ${within} route add 10.0.0.2/32 via 198.51.100.6 metric 5`);
      await becomes(/^10\.0\.0\.2, nearer next hop/);
      await ip(`-n ${within} link set four down`);
      await becomes(/^10\.0\.0\.1,/);
      await ip(`-n ${within} link set one down`);
      await becomes(/^none/);
      await ip(`-n ${within} link set four up`);
      await becomes(/^10\.0\.0\.2,/);
      t.match((await speaker.control.neighbor('127.0.2.2')).state, 'established');
    },
  );

proofsOf(t, import.meta.url);
