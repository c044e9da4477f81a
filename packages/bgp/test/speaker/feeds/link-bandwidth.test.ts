import t from 'tap';
import type { RouteChanges, RouteSink } from '../../../src/speaker/feeds/route-sink.js';
import { FarEnd, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';
/** 125,000,000, half of it, and 125,000 octets a second. */
const GIGABIT = '4004fde84cee6b28';
const HALF = '4004fde84c6e6b28';
const MEGABIT = '4004fde847f42400';

function weights(...communities: readonly (string | null)[]): number[] {
  const p = pipeline({ maximumPaths: 8, exactAsPath: false });
  let told: number[] = [];
  const sink: RouteSink = {
    routes(changes: RouteChanges) {
      for (let i = 0; i < changes.length; i++) {
        told = Array.from({ length: changes.nextHopCount(i) }, (_, k) => changes.nextHopWeight(i, k));
      }
    },
    inSync() {},
  };
  p.addSink(sink);
  communities.forEach((community, i) => {
    const end = new FarEnd(`10.0.0.${i + 1}`, 64_601 + i).open(p);
    end.announce(p, [P], {
      ...path(end.as),
      ...(community !== null && { extendedCommunities: [community] }),
    });
  });
  settle(p);
  return told;
}

t.test('next hops get shares by the bandwidth that their paths tell', async (t) => {
  t.strictSame(weights(GIGABIT, HALF), [256, 128]);
  t.strictSame(weights(MEGABIT, GIGABIT, GIGABIT), [1, 256, 256]);
});

t.test('without a bandwidth in each path, or with one path, the shares are equal', async (t) => {
  t.strictSame(weights(GIGABIT, null), [1, 1]);
  t.strictSame(weights(null, null), [1, 1]);
  t.strictSame(weights(GIGABIT), [1]);
});
