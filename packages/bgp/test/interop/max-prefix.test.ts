import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { birdAt, daemonPeer, frrAt, ourEnd, place, statusAt, upAt } from './daemon-pair.js';

const maxPrefixes = { 'ipv4-unicast': 2 };
const networks = ['198.51.100.0/24', '198.51.101.0/24', '198.51.102.0/24'];

t.test(
  'FRR is told 6/1 with family and limit, is refused while it is down, and let back by a raised limit',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    proves(t, 'max-prefix', 'FRR', ['ours']);
    const at = await place('127.0.0.61', 64_513);
    const end = await ourEnd(t, '127.0.0.62', 64_601, at);
    const dials = `no neighbor ${end.address} passive`;
    const frr = await frrAt(t, at, [end], [dials, ...networks.map((network) => `network ${network}`)]);
    end.speaker.addPeer(daemonPeer(end, { maxPrefixes }));
    await end.speaker.start();
    await eventually(() => statusAt(end).heldDown !== undefined, { timeout: 30_000 });
    const shown = await eventually(async () => {
      const text = await frr.query(`show bgp neighbors ${end.address} json`);
      return text.includes('Maximum Number of Prefixes Reached') && text;
    });
    t.match(shown, /"lastNotificationReason":"Cease\\?\/Maximum Number of Prefixes Reached/);
    t.match(
      frr.log(),
      /6\/1 \(Cease\/Maximum Number of Prefixes Reached\) 7 bytes 00 ?01 ?01 ?00 ?00 ?00 ?02/i,
    );
    await sleep(3_000);
    t.match(statusAt(end), { state: 'idle', establishedCount: 1 }, 'FRR dials each second, in vain');
    end.speaker.updatePeer(daemonPeer(end, { maxPrefixes: { 'ipv4-unicast': 3 } }));
    await upAt(end);
    await eventually(() => statusAt(end).families[0]?.received === 3);
  },
);

t.test(
  'BIRD is told, and comes back after the restart time',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    proves(t, 'max-prefix', 'BIRD', ['ours']);
    const at = await place('127.0.0.63', 64_513);
    const end = await ourEnd(t, '127.0.0.64', 64_601, at);
    const routes = networks.map(
      (network, i) => `protocol static s${i} { ipv4; route ${network} blackhole; }`,
    );
    const bird = await birdAt(t, at, [end], '', routes.join('\n'));
    end.speaker.addPeer(daemonPeer(end, { maxPrefixes: { 'ipv4-unicast': { limit: 2, restartTime: 2 } } }));
    await end.speaker.start();
    await eventually(() => statusAt(end).heldDown !== undefined, { timeout: 30_000 });
    await eventually(() => bird.log().includes('Maximum number of prefixes reached'));
    await bird.query('disable s2');
    await upAt(end);
    await eventually(() => statusAt(end).families[0]?.received === 2);
    await sleep(1_000);
    t.equal(statusAt(end).state, 'established');
  },
);

proofsOf(t, import.meta.url);
