// test-timeout: 300
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

const patient = { timeout: 60_000 };
const AS = 64_512;
const OUR_PORT = 1790;
const PER_DAEMON = 2;

/** A session with a daemon, on which it tells its route over this next hop. */
interface Session {
  readonly n: number;
  readonly ours: string;
  readonly theirs: string;
  readonly nextHop: string;
}

/** What one daemon of several in a namespace is to be. */
interface Plan {
  readonly within: string;
  readonly routerId: string;
  readonly port: number;
  readonly route: string;
  readonly sessions: readonly Session[];
}

function planOf(index: number, within: string): Plan {
  return {
    within,
    routerId: `198.51.100.${100 + index}`,
    port: 1179 + index,
    route: `203.0.113.${index * 32}/27`,
    sessions: Array.from({ length: PER_DAEMON }, (_, i) => ({
      n: i + 1,
      ours: `127.${index + 1}.${i + 1}.1`,
      theirs: `127.${index + 1}.${i + 1}.2`,
      nextHop: `10.0.0.${i + 1}`,
    })),
  };
}

interface Teller {
  readonly name: DaemonName;
  readonly needs: readonly Need[];
  start(t: Teardown, plan: Plan): Promise<Daemon>;
  /** What it has of a prefix, next hop included. */
  shown(daemon: Daemon, prefix: string): Promise<string>;
}

const tellers: readonly Teller[] = [
  {
    name: 'BIRD',
    needs: ['command:bird', 'command:birdc'],
    shown: (daemon, prefix) => daemon.query(`show route for ${prefix} all`).catch(String),
    start: (t, { within, routerId, port, route, sessions }) =>
      startBird(
        t,
        `router id ${routerId};
protocol static { ipv4; route ${route} blackhole; }
${sessions
  .map(
    ({ n, ours, theirs, nextHop }) => `protocol bgp b${n} {
  local ${theirs} port ${port} as ${AS};
  neighbor ${ours} port ${OUR_PORT} as ${AS};
  strict bind on; passive on; multihop;
  ipv4 {
    import all;
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
    shown: (daemon, prefix) => daemon.query(`show bgp ipv4 unicast ${prefix}`),
    start: (t, { within, routerId, port, route, sessions }) =>
      startFrr(
        t,
        `${sessions
          .map(({ n, nextHop }) => `route-map OVER${n} permit 10\n set ip next-hop ${nextHop}\n`)
          .join('')}router bgp ${AS}
 bgp router-id ${routerId}
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
  .join('')} network ${route}
`,
        { namespace: within, address: '0.0.0.0', port },
      ),
  },
  {
    name: 'GoBGP',
    needs: ['command:gobgpd', 'command:gobgp'],
    shown: (daemon, prefix) => daemon.query(`global rib ${prefix}`).catch(String),
    async start(t, { within, routerId, port, route, sessions }) {
      const list = sessions.map(({ theirs }) => `"${theirs}"`).join(', ');
      const daemon = await startGobgp(
        t,
        `[global.config]
  as = ${AS}
  router-id = "${routerId}"
  port = ${port}
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
      await daemon.query(`global rib add ${route} nexthop 10.0.0.1`);
      return daemon;
    },
  },
  {
    name: 'OpenBGPD',
    needs: ['command:bgpctl'],
    shown: (daemon, prefix) => daemon.query(`show rib ${prefix}`),
    start: (t, { within, routerId, port, route, sessions }) =>
      startOpenbgpd(
        t,
        `AS ${AS}
router-id ${routerId}
${sessions.map(({ theirs }) => `listen on ${theirs} port ${port}`).join('\n')}
fib-update no
network ${route}
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
  .join('')}allow from any
`,
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

const all = tellers.map(({ name }) => name).join(', ');

t.test(
  `next-hop tracking by the kernel: routes of ${all} go with the link of their next hop, the nearer one is best, and the others see it`,
  needs('root', 'command:ip', ...tellers.flatMap((teller) => teller.needs)),
  async (t) => {
    for (const { name } of tellers) proves(t, 'next-hop-tracking', name);
    const within = await network(t);
    const plans = tellers.map((_, index) => planOf(index, within));
    const neighbors = plans.flatMap(({ port, sessions }) =>
      sessions.map(({ ours, theirs }) => ({
        ...{ address: theirs, localAddress: ours, port, remoteAs: AS, connectRetryTime: 1 },
        routeReflectorClient: true,
      })),
    );
    const starting = startSpeaker(
      t,
      { localAs: AS, routerId: '192.0.2.1', listenPort: OUR_PORT, trackNextHops: true, neighbors },
      { namespace: within },
    );
    const daemons = await Promise.all(tellers.map(({ start }, i) => start(t, plans[i]!)));
    const speaker = await starting;
    const best = async (prefix: string): Promise<string> => {
      for await (const { paths } of speaker.control.rib({ prefix })) {
        if (paths.length < PER_DAEMON) break;
        const found = paths.find((path) => path.best);
        return found === undefined ? 'none' : `${found.nextHop}, ${found.reason}`;
      }
      return 'fewer than two paths';
    };
    /** With us, and with the daemon beside the one that tells it: this next hop of the two, or neither. */
    const becomes = async (nextHop: string | undefined, reason = ''): Promise<void> => {
      const wanted = nextHop === undefined ? 'none' : `${nextHop},${reason}`;
      for (const { route } of plans)
        await eventually(async () => (await best(route)).startsWith(wanted), patient);
      for (const [i, { shown }] of tellers.entries()) {
        const { route, sessions } = plans[(i + 1) % plans.length]!;
        await eventually(async () => {
          const text = await shown(daemons[i]!, route);
          const seen = sessions.filter((session) => text.includes(session.nextHop));
          return seen.map((session) => session.nextHop).join() === (nextHop ?? '');
        }, patient);
      }
    };
    await becomes('10.0.0.1', ' nearer next hop');
    await ip(`-n ${within} route add 10.0.0.2/32 via 198.51.100.6 metric 5`);
    await becomes('10.0.0.2', ' nearer next hop');
    await ip(`-n ${within} link set four down`);
    await becomes('10.0.0.1');
    await ip(`-n ${within} link set one down`);
    await becomes(undefined);
    await ip(`-n ${within} link set four up`);
    await becomes('10.0.0.2');
    for (const { address } of neighbors)
      t.match(await speaker.control.neighbor(address), { state: 'established', flaps: 0 }, address);
  },
);

proofsOf(t, import.meta.url);
