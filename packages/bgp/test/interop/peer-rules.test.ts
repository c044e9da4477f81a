import { eventually, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { relayed, relays } from './relays.js';

const [OURS, LOOPED] = ['203.0.113.0/24', '203.0.114.0/24'];
const [HUB, LEFT, RIGHT, LOCAL] = [64_513, 64_601, 64_602, 64_700];

for (const [i, relay] of relays.entries()) {
  t.test(
    `${relay.name}: takes us for a local AS; a path with our own AS, where it is allowed or overridden; our OPEN waits`,
    relay.required,
    async (t) => {
      // BIRD and GoBGP look for the loop before they send; GoBGP after it has put its own AS in the place of the peer's.
      const overrides = relay.name === 'GoBGP';
      const sendsLooped = relay.name !== 'BIRD';
      proves(t, 'path-rules', relay.name, sendsLooped ? ['ours', 'theirs'] : ['ours']);
      proves(t, 'delay-open', relay.name, ['ours']);
      const { left, right, status, shows, up } = await relayed(t, relay, {
        at: [101 + i * 3, 102 + i * 3, 103 + i * 3],
        ases: [HUB, LEFT, RIGHT],
        left: { as: LOCAL },
        right: overrides ? { lines: ['[neighbors.as-path-options.config]', '  replace-peer-as = true'] } : {},
        // An OPEN that did not follow the daemon's would come after twice the time that is waited for here.
        rightPeer: { allowOwnAs: 1 },
        leftPeer: { localAs: { as: LOCAL, replaceAs: true, noPrepend: true }, delayOpenTime: 120 },
      });
      left.speaker.announce({ prefixes: [OURS] });
      left.speaker.announce({
        prefixes: [LOOPED],
        attributes: { asPath: [{ type: 'sequence', ases: [7, RIGHT] }] },
      });
      await up();
      t.equal(status(left).localAs, LOCAL);
      const path = await eventually(() => right.speaker.rib({ prefix: OURS }).routes[0]?.paths[0]);
      t.same(path.attributes.asPath, [{ type: 'sequence', ases: [HUB, LOCAL] }]);
      t.match(await shows(OURS), String(LOCAL));
      t.notMatch(await shows(OURS), String(LEFT));

      await eventually(async () => (await shows(LOOPED)).includes(`${LOCAL} 7 ${RIGHT}`));
      if (!sendsLooped) return;
      await eventually(() => status(right).families[0]?.accepted === 2);
      const looped = right.speaker.rib({ prefix: LOOPED }).routes[0]?.paths[0];
      t.same(looped?.attributes.asPath, [
        { type: 'sequence', ases: [HUB, LOCAL, 7, overrides ? HUB : RIGHT] },
      ]);
    },
  );
}

proofsOf(t, import.meta.url);
