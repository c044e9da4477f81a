import { decodeMessage } from '@peerage/bgp/codec';
import t from 'tap';
import { eachUpdate, SmallWorld } from './small-world.js';

t.test(
  'the UPDATEs of a feeder are well formed, fit a message, and carry each of its prefixes once',
  async (t) => {
    const world = new SmallWorld({ peers: 2, perPeer: 3000 });
    const sent = world.script(1).announce(world.dataset.groups(1)).endOfRib().take();
    const seen: string[] = [];
    eachUpdate(sent, (body, end) => {
      t.ok(end - body + 19 <= 4096);
      const text = JSON.stringify(decodeMessage(sent.slice(body - 19, end)));
      t.notMatch(text, /fault|error/);
      for (const [, prefix] of text.matchAll(/"(\d+\.\d+\.\d+\.\d+\/\d+)"/g)) seen.push(prefix!);
    });
    const { start, end } = world.dataset.range(1);
    t.same([start, end], [3000, 6000]);
    const wanted = Array.from({ length: 3000 }, (_, i) => world.dataset.prefixes.format(start + i));
    t.same(seen.sort(), wanted.sort());
  },
);

t.test('feeders that overlap announce the same prefixes with paths of their own', async (t) => {
  const world = new SmallWorld({ peers: 3, perPeer: 200, overlap: true });
  t.equal(world.dataset.prefixes.size, 200);
  const firsts = [0, 1, 2].map((feeder) => world.dataset.groups(feeder)[0]?.attributes.asPath?.[0]?.ases[0]);
  t.same(
    firsts,
    world.peers.slice(0, 3).map(({ as }) => as),
  );
});

t.test(
  'later versions of a route differ from each other, and a cut takes the first prefixes only',
  async (t) => {
    const { dataset } = new SmallWorld({ peers: 1, perPeer: 500 });
    const cut = dataset.groupsBelow(0, 100);
    t.equal(cut.at(-1)?.end, 100);
    const blocks = [0, 1, 2, 3].map((version) =>
      Buffer.from(dataset.encode(0, cut[0]!, version).block).toString('hex'),
    );
    t.equal(new Set(blocks).size, 4);
  },
);
