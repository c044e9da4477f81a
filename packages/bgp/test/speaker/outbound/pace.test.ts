import t from 'tap';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import { seeded } from '../../rib/seeded.js';
import { best, Lab, peerOf } from '../lab.js';
import { FarEnd, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';
const INTERVAL = 5000;

/** A pipeline with a source and a member that is paced, and a clock by hand. */
function bench(more: object = {}) {
  const clock = { now: 1000 };
  const p = pipeline({ now: () => clock.now });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602, { advertisementInterval: INTERVAL, ...more }).open(p);
  settle(p);
  const med = () => b.held.get(P)?.attributes.asPath?.[0]?.ases.at(-1);
  const say = (last: number) => {
    a.announce(p, [P], path(64_601, last));
    settle(p);
  };
  const pass = (milliseconds: number) => {
    clock.now += milliseconds;
    settle(p);
  };
  return { p, a, b, med, say, pass };
}

t.test(
  'after an announcement the next ones wait for the interval, and the newest leaves alone',
  async (t) => {
    const { p, b, med, say, pass } = bench();
    say(1);
    t.equal(med(), 1, 'the first leaves at once');
    t.equal(p.nextRelease, Number.POSITIVE_INFINITY, 'nothing waits');
    for (const last of [2, 3, 4]) say(last);
    t.equal(med(), 1);
    t.equal(p.nextRelease, 1000 + INTERVAL);
    pass(INTERVAL - 1);
    t.equal(med(), 1);
    const before = b.announced;
    pass(1);
    t.equal(med(), 4);
    t.equal(b.announced, before + 1, 'in its newest state alone');
    say(5);
    t.equal(med(), 4, 'which is followed by an interval again');
    pass(INTERVAL);
    t.equal(med(), 5);
    pass(INTERVAL);
    say(6);
    t.equal(med(), 6, 'after a quiet interval it leaves at once');
  },
);

t.test('withdrawals do not wait, and what is as it was needs no word', async (t) => {
  const { p, a, b, med, say, pass } = bench();
  say(1);
  say(2);
  a.withdraw(p, [P]);
  settle(p);
  t.equal(med(), undefined);
  t.equal(p.nextRelease, Number.POSITIVE_INFINITY);
  say(3);
  t.equal(med(), undefined, 'the way back waits');
  pass(INTERVAL);
  t.equal(med(), 3);
  say(4);
  say(3);
  const before = b.announced;
  pass(INTERVAL);
  t.equal(b.announced, before);
  t.strictSame(b.problems, []);
});

t.test('a new member gets the table at once, and what is held with the others', async (t) => {
  const { p, say, pass, med } = bench();
  say(1);
  say(2);
  const c = new FarEnd('10.0.0.3', 64_603, { advertisementInterval: INTERVAL }).open(p);
  const d = new FarEnd('10.0.0.4', 64_604).open(p);
  settle(p);
  t.match(c.held.get(P)?.attributes.asPath, [{ ases: [65_000, 64_601, 1] }]);
  t.match(
    d.held.get(P)?.attributes.asPath,
    [{ ases: [65_000, 64_601, 2] }],
    'without an interval nothing waits',
  );
  pass(INTERVAL);
  t.match(c.held.get(P)?.attributes.asPath, [{ ases: [65_000, 64_601, 2] }]);
  t.equal(med(), 2);
});

t.test('a burst that goes on is held after an interval', async (t) => {
  const clock = { now: 0 };
  const p = pipeline({ now: () => clock.now, stepSize: 4 });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602, { advertisementInterval: INTERVAL }).open(p);
  settle(p);
  const many = Array.from({ length: 100 }, (_, i) => `10.0.${i}.0/24`);
  a.announce(p, many, path(64_601));
  for (let turn = 0; turn < 5; turn++) {
    clock.now += 1000;
    p.work(() => true);
  }
  const sent = b.held.size;
  t.ok(sent > 0 && sent < 100, `${sent} were sent`);
  clock.now += 1000;
  p.work(() => true);
  settle(p);
  const held = b.held.size;
  t.ok(held < 100, `${held} of 100, the rest waits`);
  clock.now += INTERVAL;
  settle(p);
  t.equal(b.held.size, 100);
});

t.test(
  'by random changes, in the end a paced member has what another has, with path identifiers too',
  async (t) => {
    for (const addPathSend of [undefined, new Map([[IPV4_UNICAST.key, 3]])]) {
      for (let seed = 1; seed <= 15; seed++) {
        const random = seeded(seed);
        const clock = { now: 0 };
        const p = pipeline({ now: () => clock.now, stepSize: 3 });
        const paths = addPathSend === undefined ? {} : { addPathSend };
        const sources = [1, 2, 3].map((n) => new FarEnd(`10.0.0.${n}`, 64_600 + n).open(p));
        const paced = new FarEnd('10.0.0.8', 64_608, { advertisementInterval: 700, ...paths }).open(p);
        const plain = new FarEnd('10.0.0.9', 64_609, paths).open(p);
        for (let step = 0; step < 300; step++) {
          const source = sources[random(3)]!;
          const prefix = `10.${random(8)}.0.0/16`;
          const kind = random(5);
          if (kind <= 1) source.announce(p, [prefix], path(source.as, random(4) + 1));
          else if (kind === 2) source.withdraw(p, [prefix]);
          else if (kind === 3) p.work(() => true);
          else clock.now += random(400);
          if (random(60) > 0) continue;
          p.closePeer(paced.index);
          paced.open(p);
        }
        for (let n = 0; n < 4; n++) {
          clock.now += 700;
          settle(p);
        }
        const shown = (end: FarEnd) =>
          [...end.held].map(([prefix, { attributes }]) => [prefix, attributes]).sort();
        t.strictSame(shown(paced), shown(plain), `seed ${seed}`);
        t.strictSame([paced.problems, p.nextRelease], [[], Number.POSITIVE_INFINITY]);
      }
    }
  },
);

t.test('a speaker comes round when an interval is over', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64_512), lab.speaker(2, 64_513)];
  left.speaker.addPeer(peerOf(right, { advertisementInterval: 7 }));
  right.speaker.addPeer(peerOf(left));
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  const med = () => best(right, P)?.attributes.med;
  left.speaker.announce({ prefixes: [P], attributes: { med: 1 } });
  t.ok(await lab.until(() => med() === 1, 1000));
  left.speaker.announce({ prefixes: [P], attributes: { med: 2 } });
  t.notOk(await lab.until(() => med() === 2, 5000));
  t.ok(await lab.until(() => med() === 2, 3000));
  left.speaker.withdraw([P]);
  t.ok(await lab.until(() => med() === undefined, 1000));
});
