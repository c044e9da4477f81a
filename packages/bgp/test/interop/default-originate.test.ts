import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { policy } from '../../src/policy/compile.js';
import { birdHub, connect, frrHub, type Hub, type Ours, startOurs } from './hub.js';
import { relays } from './relays.js';

const DEFAULT = '0.0.0.0/0';
const CONDITION = '203.0.113.0/24';

const learned = (at: Ours, prefix: string) =>
  at.speaker.rib({ prefix }).routes[0]?.paths.find(({ peer }) => peer !== 'local');

t.test(
  'a default route is originated for FRR, and by FRR for us, and goes when the setting does',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    proves(t, 'default-originate', 'FRR');
    const us = await startOurs(t, '127.0.0.151', 64_512);
    const hub: Hub = {
      ...{
        address: '127.0.0.152',
        port: await freePort('127.0.0.152'),
        as: 64_514,
        routerId: '198.51.100.3',
      },
      networks: [],
      neighbors: [{ ...us, lines: ['default-originate'] }],
    };
    const frr = await frrHub(t, hub);
    const edits = policy('default', [{ action: 'accept', edits: { med: 33, addCommunities: ['64512:9'] } }]);
    const config = { address: hub.address, remoteAs: hub.as, port: hub.port, localAddress: us.address };
    connect(us, hub, { defaultOriginate: { policy: edits } });
    const path = await eventually(() => learned(us, DEFAULT), { timeout: 30_000 });
    t.match(path.attributes.asPath, [{ ases: [64_514] }]);
    const shown = () => frr.query(`show bgp ipv4 unicast ${DEFAULT}`).catch(() => '');
    const told = await eventually(async () => (await shown()).includes('from 127.0.0.151') && shown(), {
      timeout: 30_000,
    });
    t.match(told, /metric 33/);
    t.match(told, /Community: 64512:9/);
    const known = us.speaker.peer(config.address);
    connect(us, hub, {}, 'update');
    await eventually(async () => !(await shown()).includes('from 127.0.0.151'), { timeout: 30_000 });
    t.equal(us.speaker.peer(config.address)?.establishedCount, known?.establishedCount, 'the session stays');
  },
);

t.test(
  'a default route with a condition comes to BIRD and goes with it',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    proves(t, 'default-originate', 'BIRD', ['ours']);
    const us = await startOurs(t, '127.0.0.153', 64_512);
    const hub: Hub = {
      ...{
        address: '127.0.0.154',
        port: await freePort('127.0.0.154'),
        as: 64_514,
        routerId: '198.51.100.3',
      },
      networks: [],
      neighbors: [us],
    };
    const bird = await birdHub(t, hub);
    connect(us, hub, { defaultOriginate: { ifPresent: [CONDITION] } });
    us.speaker.announce({ prefixes: [CONDITION] });
    const shown = () => bird.query(`show route for ${DEFAULT} all`).catch(() => '');
    await eventually(async () => /0\.0\.0\.0\/0.*\n?.*AS64512i/.test(await shown()), { timeout: 30_000 });
    us.speaker.withdraw([CONDITION]);
    await eventually(async () => !(await shown()).includes('AS64512'), { timeout: 30_000 });
    t.equal(us.speaker.peer(hub.address)?.state, 'established');
  },
);

for (const [i, relay] of relays.filter(({ name }) => name === 'GoBGP' || name === 'OpenBGPD').entries()) {
  const isOpen = relay.name === 'OpenBGPD';
  t.test(
    `a default route is originated for ${relay.name}, and goes when the setting does`,
    relay.required,
    async (t) => {
      proves(t, 'default-originate', relay.name, isOpen ? ['ours', 'theirs'] : ['ours']);
      const us = await startOurs(t, `127.0.3.${41 + i}`, 64_512);
      const address = `127.0.3.${51 + i}`;
      const hub: Hub = {
        ...{ address, port: await freePort(address), as: 64_514, routerId: '198.51.100.3' },
        // What it has besides is not told to who is given the default route.
        networks: isOpen ? ['198.51.100.0/24'] : [],
        neighbors: [{ ...us, ...(isOpen && { lines: ['export default-route'] }) }],
      };
      const daemon = await relay.start(t, hub);
      connect(us, hub, { defaultOriginate: {} });
      const shown = () => relay.shows(daemon, DEFAULT).catch(() => '');
      await eventually(async () => (await shown()).includes('64512'), { timeout: 30_000 });
      if (isOpen) {
        const path = await eventually(() => learned(us, DEFAULT), { timeout: 30_000 });
        t.match(path.attributes.asPath, [{ ases: [64_514] }]);
        t.match(us.speaker.peer(address)?.families, [{ accepted: 1 }]);
      }
      connect(us, hub, {}, 'update');
      await eventually(async () => !(await shown()).includes('64512'), { timeout: 30_000 });
      t.match(us.speaker.peer(address), { state: 'established', establishedCount: 1 });
    },
  );
}

proofsOf(t, import.meta.url);
