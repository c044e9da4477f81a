import { eventually, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { parseCommunity } from '../../src/policy/community.js';
import { rejectAll } from '../../src/policy/defaults.js';
import { connect, type Hub, type Ours } from './hub.js';
import { relayed, relays } from './relays.js';

const [PLAIN, INSIDE] = ['203.0.113.0/24', '203.0.114.0/24'];
const [THEIR_PLAIN, THEIR_INSIDE] = ['198.51.100.0/24', '198.51.101.0/24'];
const noExport = parseCommunity('no-export');

const paths = (at: Ours, prefix: string) => at.speaker.rib({ prefix }).routes[0]?.paths ?? [];

for (const [i, relay] of relays.entries()) {
  t.test(
    `${relay.name}: NO_EXPORT stays inside, next hop self, policies that change while the session stands`,
    relay.required,
    async (t) => {
      // GoBGP 3 leaves well-known communities to its policies.
      const honours = relay.name !== 'GoBGP';
      proves(t, 'well-known-communities', relay.name, honours ? ['ours', 'theirs'] : ['theirs']);
      proves(t, 'policy-change', relay.name);
      proves(t, 'first-hop', relay.name, ['ours']);
      const AS = 64_513;
      // Left is inside the daemon's AS, right is outside and a peer of both.
      const { left, right, hub, status, shows, up } = await relayed(t, relay, {
        at: [71 + i * 3, 72 + i * 3, 73 + i * 3],
        ases: [AS, AS, 64_602],
        hub: { networks: [THEIR_PLAIN], noExport: [THEIR_INSIDE] },
        leftPeer: { nextHopSelf: true },
      });
      connect(left, right);
      connect(right, left);
      left.speaker.announce({ prefixes: [PLAIN] });
      left.speaker.announce({ prefixes: [INSIDE], attributes: { communities: [noExport] } });
      right.speaker.announce({ prefixes: ['192.0.2.128/25'] });
      await up();

      // What the daemon may not pass on, it has; what it may, arrives at the other.
      await eventually(async () => (await shows(INSIDE)).includes('203.0.114.0'));
      await eventually(() => paths(right, PLAIN).some(({ peer }) => peer === hub.address));
      // What we may not pass on, we have; what we may, arrives at the other.
      const inside = await eventually(() => paths(left, THEIR_INSIDE)[0]);
      t.same(inside.attributes.communities, [noExport]);
      await eventually(() => paths(right, THEIR_PLAIN).some(({ peer }) => peer === left.address));
      const from = (peer: Ours | Hub, prefix: string) =>
        paths(right, prefix).filter((path) => path.peer === peer.address);
      t.same(from(left, INSIDE), []);
      t.same(from(left, THEIR_INSIDE), []);
      if (honours) t.same(from(hub, INSIDE), []);

      await eventually(async () => (await shows('192.0.2.128/25')).includes(`192.0.2.${72 + i * 3}`));

      connect(left, hub, { nextHopSelf: true, exportPolicy: rejectAll }, 'update');
      await eventually(() => paths(right, PLAIN).every(({ peer }) => peer !== hub.address));
      connect(left, hub, { nextHopSelf: true, importPolicy: rejectAll }, 'update');
      await eventually(() => paths(right, PLAIN).some(({ peer }) => peer === hub.address));
      await eventually(() => paths(left, THEIR_PLAIN).every(({ accepted }) => !accepted));
      await eventually(() => paths(right, THEIR_PLAIN).every(({ peer }) => peer !== left.address));
      t.match(status(left), { state: 'established', flaps: 0, establishedCount: 1 });
    },
  );
}

proofsOf(t, import.meta.url);
