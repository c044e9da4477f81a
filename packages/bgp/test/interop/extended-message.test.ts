import { eventually, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { birdAt, daemonPeer, frrAt, ourEnd, pathAt, place, statusAt, upAt } from './daemon-pair.js';

const big = '203.0.113.0/24';
/** 1,100 communities are 4,400 octets: one route that no plain message can carry. */
const communities = Array.from({ length: 1_100 }, (_, i) => 64_601 * 65_536 + i);
const many = Array.from({ length: 3_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);

t.test(
  'a route of more than 4096 octets passes from us through FRR to us',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    proves(t, 'extended-message', 'FRR');
    const at = await place('127.0.0.41', 64_513);
    const left = await ourEnd(t, '127.0.0.42', 64_601, at);
    const right = await ourEnd(t, '127.0.0.43', 64_602, at);
    const frr = await frrAt(t, at, [left, right]);
    for (const end of [left, right]) {
      end.speaker.addPeer(daemonPeer(end));
      await end.speaker.start();
    }
    await Promise.all([upAt(left), upAt(right)]);
    t.equal(statusAt(left).maxMessage, 65_535);
    t.match(
      await frr.query(`show bgp neighbors ${left.address}`),
      /xtended Message.*advertised and received/,
    );
    const before = statusAt(left).sent.update;
    left.speaker.announce({ prefixes: [big], attributes: { communities } });
    left.speaker.announce({ prefixes: many });
    const path = await eventually(() => pathAt(right, big), { timeout: 20_000 });
    t.same(path.attributes.communities, communities, 'every community has come through');
    await eventually(async () => right.speaker.peer(at.address)?.families[0]?.received === many.length + 1);
    t.ok(statusAt(left).sent.update - before <= 3, 'and 3,000 prefixes went in one message, not in four');
    left.speaker.withdraw([big, ...many]);
    await eventually(() => right.speaker.peer(at.address)?.families[0]?.received === 0);
    t.match(statusAt(right), { flaps: 0, state: 'established' });
  },
);

t.test(
  'towards a BIRD without extended messages the route stays here, and the session too',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    const at = await place('127.0.0.44', 64_513);
    const left = await ourEnd(t, '127.0.0.45', 64_601, at);
    const bird = await birdAt(t, at, [left], 'enable extended messages off;');
    left.speaker.addPeer(daemonPeer(left));
    left.speaker.announce({ prefixes: [big], attributes: { communities } });
    left.speaker.announce({ prefixes: many });
    await left.speaker.start();
    await upAt(left);
    t.equal(statusAt(left).maxMessage, 4096);
    await eventually(async () =>
      (await bird.query('show route count')).includes(`${many.length} of ${many.length} routes`),
    );
    t.match(statusAt(left), { flaps: 0, state: 'established' });
  },
);

t.test(
  'BIRD with extended messages takes it, and tells our other one',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    proves(t, 'extended-message', 'BIRD');
    const at = await place('127.0.0.46', 64_513);
    const left = await ourEnd(t, '127.0.0.47', 64_601, at);
    const right = await ourEnd(t, '127.0.0.48', 64_602, at);
    const bird = await birdAt(t, at, [left, right], 'enable extended messages on;');
    left.speaker.announce({ prefixes: [big], attributes: { communities } });
    for (const end of [left, right]) {
      end.speaker.addPeer(daemonPeer(end));
      await end.speaker.start();
    }
    await Promise.all([upAt(left), upAt(right)]);
    t.equal(statusAt(left).maxMessage, 65_535);
    const shown = await eventually(async () => {
      const text = await bird.query(`show route for ${big} all`).catch(() => '');
      return text.includes('BGP.community') && text;
    });
    t.equal(shown.match(/\(64601,/g)?.length, communities.length);
    const path = await eventually(() => pathAt(right, big));
    t.same(path.attributes.communities, communities, 'every community has come through');
  },
);

proofsOf(t, import.meta.url);
