// test-timeout: 300
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  eventually,
  needs,
  proofsOf,
  proves,
  startBird,
  startFrr,
  startGobgp,
  startZebra,
  type Teardown,
} from '@peerage/test-fixtures';
import t from 'tap';
import { ip, namespace } from './namespace.js';
import type { RouterConfig, RouterState } from './unnumbered-router.js';

t.setTimeout(300_000);
// They wait most of the time, each in namespaces of its own.
t.jobs = 3;

const run = promisify(execFile);
const patient = { timeout: 60_000 };
const program = fileURLToPath(new URL('unnumbered-router.ts', import.meta.url));
const ours = { ipv4: '203.0.113.1', ipv6: '2001:db8:203::1' } as const;
const theirs = { ipv4: '198.51.100.1', ipv6: '2001:db8:51::1' } as const;
const hex = { ipv4: 'c6336401/32', ipv6: '20010db8005100000000000000000001/128' } as const;

/** Two namespaces with nothing but a cable from eth1 to eth1, each with addresses of its own on loopback. */
async function cabled(t: Teardown): Promise<{ near: string; far: string }> {
  const [near, far] = [await namespace(t), await namespace(t)];
  await ip(`link add eth1 netns ${near} type veth peer name eth1 netns ${far}`);
  for (const [name, own] of [
    [near, ours],
    [far, theirs],
  ] as const) {
    await ip(`-n ${name} address add ${own.ipv4}/32 dev lo`);
    await ip(`-n ${name} address add ${own.ipv6}/128 dev lo nodad`);
    await ip(`-n ${name} link set eth1 addrgenmode none up`);
  }
  await ip(`-n ${near} address add fe80::1/64 dev eth1 nodad`);
  await ip(`-n ${far} address add fe80::2/64 dev eth1 nodad`);
  return { near, far };
}

/** Our router in a namespace, and its newest state. */
function router(t: Teardown, within: string): () => Partial<RouterState> {
  const config: RouterConfig = {
    as: 64512,
    routerId: '203.0.113.1',
    interface: 'eth1',
    prefixes: [`${ours.ipv4}/32`, `${ours.ipv6}/128`],
  };
  const node = [process.execPath, '--import=tsx', '--conditions=@peerage/source', program];
  const argv = ['netns', 'exec', within, ...node, JSON.stringify(config)];
  const child: ChildProcess = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  let newest: Partial<RouterState> = {};
  createInterface({ input: child.stdout! }).on('line', (line) => {
    newest = JSON.parse(line) as RouterState;
  });
  return () => newest;
}

async function pings(within: string, from: string, to: string): Promise<boolean> {
  const argv = ['netns', 'exec', within, 'ping', '-c', '1', '-W', '2', '-I', from, to];
  return run('ip', argv).then(
    () => true,
    () => false,
  );
}

t.test(
  'FRR and we find each other over an interface, and packets go both ways over RFC 8950 routes',
  { ...needs('root', 'command:ip', 'command:bgpd', 'command:vtysh', 'command:ping'), buffered: true },
  async (t) => {
    proves(t, ['unnumbered', 'extended-next-hop'], 'FRR');
    const { near, far } = await cabled(t);
    const zebra = await startZebra(t, '', { namespace: far });
    const frr = await startFrr(
      t,
      `debug bgp neighbor-events
router bgp 64513
 bgp router-id 198.51.100.1
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor eth1 interface remote-as external
 neighbor eth1 timers connect 1
 address-family ipv4 unicast
  network ${theirs.ipv4}/32
  neighbor eth1 activate
 exit-address-family
 address-family ipv6 unicast
  network ${theirs.ipv6}/128
  neighbor eth1 activate
 exit-address-family
`,
      { namespace: far, address: '::', port: 179, zebra },
    );
    const state = router(t, near);
    await eventually(() => state().state === 'established', patient);
    t.match(state(), { remoteAs: 64513, neighbour: 'fe80::2%eth1' });
    await eventually(() => Object.keys(state().routes ?? {}).length === 2, patient);
    t.same(state().routes, {
      [hex.ipv4]: 'fe800000000000000000000000000002%eth1',
      [hex.ipv6]: 'fe800000000000000000000000000002%eth1',
    });
    const { stdout } = await run('ip', ['-n', near, 'route', 'show', 'proto', '17']);
    t.match(stdout, /198\.51\.100\.1 via inet6 fe80::2 dev eth1/);

    const neighbor = await frr.query('show bgp neighbors eth1 json');
    t.match(neighbor, /"bgpState":"Established"/);
    t.match(neighbor, /"extendedNexthop":"advertisedAndReceived"/);
    await eventually(async () => {
      const table = await run('ip', ['-n', far, 'route', 'show', 'proto', 'bgp']);
      return table.stdout.includes(`${ours.ipv4} `) && table.stdout.includes('fe80::1');
    }, patient);
    await eventually(() => pings(near, ours.ipv4, theirs.ipv4), patient);
    await eventually(() => pings(near, ours.ipv6, theirs.ipv6), patient);
    t.pass('packets of both families go there and back');

    await ip(`-n ${near} link set eth1 down`);
    await eventually(() => state().state !== 'established', patient);
    await eventually(() => Object.keys(state().routes ?? {}).length === 0, patient);
    await ip(`-n ${near} link set eth1 up`);
    await ip(`-n ${near} address replace fe80::1/64 dev eth1 nodad`);
    await eventually(() => state().state === 'established', patient);
    await eventually(() => Object.keys(state().routes ?? {}).length === 2, patient);
    t.equal(state().flaps, 1, 'and the session is back with the link');
  },
);

t.test(
  'BIRD dials us at our link-local address, which is enough for us to know it',
  { ...needs('root', 'command:ip', 'command:bird', 'command:birdc'), buffered: true },
  async (t) => {
    proves(t, ['unnumbered', 'extended-next-hop'], 'BIRD');
    const { near, far } = await cabled(t);
    const bird = await startBird(
      t,
      `router id 198.51.100.1;
protocol static mine4 { ipv4; route ${theirs.ipv4}/32 blackhole; }
protocol static mine6 { ipv6; route ${theirs.ipv6}/128 blackhole; }
protocol bgp ours {
  local fe80::2 as 64513;
  neighbor fe80::1%eth1 as 64512;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 { import all; export all; extended next hop on; };
  ipv6 { import all; export all; };
}
`,
      { namespace: far },
    );
    const state = router(t, near);
    await eventually(() => state().state === 'established', patient);
    t.match(state(), { remoteAs: 64513, neighbour: 'fe80::2%eth1' });
    await eventually(() => Object.keys(state().routes ?? {}).length === 2, patient);
    t.same(Object.values(state().routes ?? {}), [
      'fe800000000000000000000000000002%eth1',
      'fe800000000000000000000000000002%eth1',
    ]);
    for (const prefix of [`${ours.ipv4}/32`, `${ours.ipv6}/128`]) {
      const shown = await eventually(async () => {
        const text = await bird.query(`show route for ${prefix} all`).catch(() => '');
        return text.includes('BGP.next_hop') && text;
      }, patient);
      t.match(shown, /via fe80::1 on eth1/);
      t.match(shown, /BGP\.as_path: 64512/);
    }
  },
);

t.test(
  'GoBGP finds us by the neighbour table of its interface, and dials us',
  { ...needs('root', 'command:ip', 'command:gobgpd', 'command:gobgp', 'command:ping'), buffered: true },
  async (t) => {
    proves(t, ['unnumbered', 'extended-next-hop'], 'GoBGP');
    const { near, far } = await cabled(t);
    // It looks there once, at its start, and asks nobody itself.
    await eventually(() => pings(far, 'eth1', 'fe80::1'), patient);
    const gobgp = await startGobgp(
      t,
      `[global.config]
  as = 64513
  router-id = "198.51.100.1"
[[neighbors]]
  [neighbors.config]
    neighbor-interface = "eth1"
    peer-as = 64512
  [neighbors.timers.config]
    connect-retry = 2
    idle-hold-time-after-reset = 2
${['ipv4', 'ipv6'].map((name) => `  [[neighbors.afi-safis]]\n    [neighbors.afi-safis.config]\n      afi-safi-name = "${name}-unicast"`).join('\n')}
`,
      { namespace: far },
    );
    await gobgp.query(`global rib add ${theirs.ipv4}/32 nexthop fe80::2`);
    await gobgp.query(`global rib add ${theirs.ipv6}/128 nexthop fe80::2 -a ipv6`);
    const state = router(t, near);
    await eventually(() => state().state === 'established', patient);
    t.match(state(), { remoteAs: 64513, neighbour: 'fe80::2%eth1' });
    await eventually(() => Object.keys(state().routes ?? {}).length === 2, patient);
    t.same(Object.values(state().routes ?? {}), [
      'fe800000000000000000000000000002%eth1',
      'fe800000000000000000000000000002%eth1',
    ]);
    for (const [family, prefix] of [
      ['ipv4', `${ours.ipv4}/32`],
      ['ipv6', `${ours.ipv6}/128`],
    ] as const) {
      const shown = () => gobgp.query(`global rib ${prefix} -a ${family}`);
      await eventually(async () => / fe80::1 +64512 /.test(await shown()), patient);
    }
    t.match(await gobgp.query('neighbor'), /^eth1 +64512 .*Establ/m);
  },
);

proofsOf(t, import.meta.url);
