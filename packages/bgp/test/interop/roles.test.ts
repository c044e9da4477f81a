import { eventually, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { birdAt, daemonPeer, frrAt, ourEnd, pathAt, place, statusAt, upAt } from './daemon-pair.js';

const ours = '203.0.113.0/24';
const theirs = '198.51.100.0/24';

t.test(
  'FRR as our provider: roles are told, OTC is on what it sends, and what we send is a leak with OTC',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    proves(t, 'roles', 'FRR');
    const at = await place('127.0.0.71', 64_513);
    const end = await ourEnd(t, '127.0.0.72', 64_601, at);
    const local = `neighbor ${end.address} local-role provider strict-mode`;
    const frr = await frrAt(t, at, [end], [local, `network ${theirs}`]);
    end.speaker.addPeer(daemonPeer(end, { role: 'customer', strictRole: true }));
    end.speaker.announce({ prefixes: [ours] });
    end.speaker.announce({ prefixes: ['203.0.114.0/24'], attributes: { onlyToCustomer: 64_999 } });
    await end.speaker.start();
    await upAt(end);
    t.match(statusAt(end), { role: 'customer', remoteRole: 'provider' });
    const path = await eventually(() => pathAt(end, theirs));
    t.equal(path.attributes.onlyToCustomer, at.as, 'FRR has put its AS there');
    await eventually(async () => (await frr.query(`show bgp ipv4 unicast ${ours} json`)).includes('64601'));
    t.notMatch(
      await frr.query('show bgp ipv4 unicast json'),
      '203.0.114.0',
      'what has OTC is not for providers',
    );
    t.match(await frr.query(`show bgp neighbors ${end.address}`), /Remote Role: customer/i);
  },
);

t.test(
  'FRR with a role that does not fit gets 2/11, and tells us the same',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    const at = await place('127.0.0.73', 64_513);
    const end = await ourEnd(t, '127.0.0.74', 64_601, at);
    const frr = await frrAt(t, at, [end], [`neighbor ${end.address} local-role provider`]);
    end.speaker.addPeer(daemonPeer(end, { role: 'peer' }));
    await end.speaker.start();
    const told = await eventually(() => statusAt(end).lastNotification, { timeout: 20_000 });
    t.match(told, { code: 2, subcode: 11, text: /Role Mismatch/ });
    await eventually(() => /Role Mismatch|2\/11/i.test(frr.log()));
    t.equal(statusAt(end).establishedCount, 0);
  },
);

t.test(
  'BIRD as our customer gets OTC from us, and is required to have a role',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    proves(t, 'roles', 'BIRD', ['ours']);
    const at = await place('127.0.0.75', 64_513);
    const end = await ourEnd(t, '127.0.0.76', 64_601, at);
    const bird = await birdAt(
      t,
      at,
      [end],
      'local role customer; require roles on;',
      `protocol static mine { ipv4; route ${theirs} blackhole; }`,
    );
    end.speaker.addPeer(daemonPeer(end, { role: 'provider', strictRole: true }));
    end.speaker.announce({ prefixes: [ours] });
    await end.speaker.start();
    await upAt(end);
    t.match(statusAt(end), { role: 'provider', remoteRole: 'customer' });
    await eventually(async () => (await bird.query(`show route for ${ours} all`)).includes('BGP.otc: 64601'));
    const path = await eventually(() => pathAt(end, theirs));
    t.equal(path.attributes.onlyToCustomer, undefined, 'a customer marks nothing of its own');
  },
);

t.test(
  'a BIRD without a role is refused in strict mode',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    const at = await place('127.0.0.77', 64_513);
    const end = await ourEnd(t, '127.0.0.78', 64_601, at);
    const bird = await birdAt(t, at, [end]);
    end.speaker.addPeer(daemonPeer(end, { role: 'provider', strictRole: true }));
    await end.speaker.start();
    const told = await eventually(() => statusAt(end).lastNotification, { timeout: 20_000 });
    t.match(told, { direction: 'sent', code: 2, subcode: 11 });
    await eventually(() => /Role mismatch/i.test(bird.log()));
  },
);

proofsOf(t, import.meta.url);
