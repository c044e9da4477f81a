import t from 'tap';
import type { PathAttributes } from '../../../src/attributes/path-attributes.js';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { seeded } from '../../rib/seeded.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const COUNT = 120;
const prefixes = Array.from({ length: COUNT }, (_, i) => `10.1.${i}.0/24`);

/** What a member is to hold, by what one that came last was sent: all but that of which it is the source. */
function expected(p: Pipeline, last: FarEnd, end: FarEnd): Record<string, string> {
  const summary = last.summary();
  for (const prefix of Object.keys(summary)) {
    const best = p.rib({ prefix }).routes[0]?.paths.find((one) => one.best);
    if (best?.peer === end.address) delete summary[prefix];
  }
  return summary;
}

t.test('runs of routes that come, change and go leave everybody with what single routes would', (t) => {
  for (let seed = 1; seed <= 12; seed++) {
    const below = seeded(seed);
    const p = pipeline();
    const ends = [1, 2, 3, 4].map((n) => new FarEnd(`10.0.0.${n}`, 64_600 + n).open(p));
    const internal = new FarEnd('10.0.0.9', LOCAL_AS).open(p);
    settle(p);
    const attributes = (as: number): PathAttributes => {
      const ases = Array.from({ length: below(3) }, (_, i) => 65_100 + i);
      // LOCAL_PREF and MED stay here: other sets may go out as the same octets.
      return { ...path(as, ...ases), ...(below(2) === 0 && { med: below(2) }) };
    };
    for (let step = 0; step < 60; step++) {
      const end = ends[below(3)]!;
      const from = below(COUNT);
      const some = prefixes.slice(from, from + 1 + below(40));
      if (below(3) === 0) end.withdraw(p, some);
      else end.announce(p, some, attributes(end.as));
      if (below(4) === 0) ends[3]!.isBlocked = !ends[3]!.isBlocked;
      if (!ends[3]!.isBlocked) p.writable(ends[3]!.index);
      if (below(2) === 0) settle(p);
    }
    ends[3]!.isBlocked = false;
    p.writable(ends[3]!.index);
    settle(p);
    const last = new FarEnd('10.0.0.8', 64_608).open(p);
    settle(p);
    for (const end of ends) {
      t.strictSame(end.summary(), expected(p, last, end), `seed ${seed}, ${end.address}`);
      t.equal(p.counts(end.index, IPV4_UNICAST).advertised, end.held.size);
      t.strictSame(end.problems, []);
    }
    t.equal(internal.held.size, last.held.size);
    for (const end of ends) end.withdraw(p, prefixes);
    settle(p);
    for (const end of [...ends, internal, last]) {
      t.equal(end.held.size, 0);
      t.equal(p.counts(end.index, IPV4_UNICAST).advertised, 0);
      t.equal(p.counts(end.index, IPV4_UNICAST).accepted, 0);
      t.equal(p.counts(end.index, IPV4_UNICAST).received, 0);
      p.closePeer(end.index);
    }
    settle(p);
    t.match(p.totals(), { attributeSets: 0, families: [{ prefixes: 0, paths: 0 }] });
  }
  t.end();
});

t.test('a run is told once: as many prefixes go out as changed', (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  settle(p);
  a.announce(p, prefixes, path(64_601));
  settle(p);
  t.equal(b.announced, COUNT);
  // Another set, that goes out as the same octets.
  a.announce(p, prefixes, { ...path(64_601), med: 7 });
  settle(p);
  t.equal(b.announced, COUNT);
  a.announce(p, prefixes, path(64_601, 9));
  settle(p);
  t.equal(b.announced, 2 * COUNT);
  a.withdraw(p, prefixes.slice(0, 50));
  settle(p);
  t.equal(b.withdrawn, 50);
  t.equal(b.held.size, COUNT - 50);
  t.end();
});
