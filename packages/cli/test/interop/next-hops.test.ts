// test-timeout: 120
import { eventually, needs, proofsOf, proves, startBird } from '@peerage/test-fixtures';
import t from 'tap';
import { startSpeaker } from '../commands/peerage.js';
import { ip, namespace } from './namespace.js';

const patient = { timeout: 30_000 };

/** An internal peer that tells 203.0.113.0/24 over this next hop. */
const birdPeer = (n: number, nextHop: string): string => `protocol bgp b${n} {
  local 127.0.${n}.2 port 1179 as 64512;
  neighbor 127.0.${n}.1 port 1790 as 64512;
  strict bind on; passive on; multihop;
  ipv4 {
    import none;
    next hop keep;
    export filter { if source = RTS_STATIC then { bgp_next_hop = ${nextHop}; accept; } reject; };
  };
}
`;

t.test(
  'next-hop tracking by the kernel: routes of BIRD go with the link of their next hop, and the nearer one is best',
  needs('root', 'command:bird', 'command:ip'),
  async (t) => {
    proves(t, 'next-hop-tracking', 'BIRD', ['theirs']);
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
    await startBird(
      t,
      `router id 198.51.100.100;
protocol static { ipv4; route 203.0.113.0/24 blackhole; }
${birdPeer(2, '10.0.0.1')}${birdPeer(3, '10.0.0.2')}`,
      { namespace: within },
    );
    const neighbor = { remoteAs: 64_512, port: 1179, connectRetryTime: 1 };
    const speaker = await startSpeaker(
      t,
      {
        localAs: 64_512,
        routerId: '192.0.2.1',
        listenPort: 1790,
        trackNextHops: true,
        neighbors: [2, 3].map((n) => ({
          ...neighbor,
          address: `127.0.${n}.2`,
          localAddress: `127.0.${n}.1`,
        })),
      },
      { namespace: within },
    );
    const best = async (): Promise<string> => {
      for await (const { paths } of speaker.control.rib({ prefix: '203.0.113.0/24' })) {
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
