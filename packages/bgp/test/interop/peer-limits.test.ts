import { type DaemonName, eventually, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import type { Neighbor } from './hub.js';
import { type Relayed, relayed, relays } from './relays.js';

const theirs = ['198.51.100.0/24', '198.51.101.0/24', '198.51.102.0/24'];
/** FRR looks before it counts: it lets the third pass, and not the fourth. */
const ours = ['203.0.113.0/24', '203.0.114.0/24', '203.0.115.0/24', '203.0.116.0/24'];
type Name = Exclude<DaemonName, 'ExaBGP'>;

/** Takes two prefixes of a neighbour, and not three. */
const takesTwo: Readonly<Record<Name, Partial<Neighbor>>> = {
  FRR: { lines: ['maximum-prefix 2'] },
  BIRD: { channel: ['import limit 2 action disable;'] },
  GoBGP: { channel: ['[neighbors.afi-safis.prefix-limit.config]', '  max-prefixes = 2'] },
  OpenBGPD: { lines: ['max-prefix 2'] },
};

/** It knows that the left one of ours told it 6/1. */
const wasTold: Readonly<Record<Name, (one: Relayed) => Promise<boolean>>> = {
  FRR: async ({ daemon, left }) =>
    (await daemon.query(`show bgp neighbors ${left.address}`)).includes('Maximum Number of Prefixes Reached'),
  BIRD: async ({ daemon }) => daemon.log().includes('Maximum number of prefixes reached'),
  // It shows no reason, but counts the message.
  GoBGP: async ({ daemon, left }) =>
    /Notifications: +\d+ +[1-9]/.test(await daemon.query(`neighbor ${left.address}`)),
  OpenBGPD: async ({ daemon }) => /received notification: Cease, .*max.*prefix/i.test(daemon.log()),
};

for (const [i, relay] of relays.entries()) {
  t.test(
    `${relay.name} is told 6/1 past our limit, and tells us 6/1 past its own`,
    relay.required,
    async (t) => {
      proves(t, 'max-prefix', relay.name);
      const one = await relayed(t, relay, {
        at: [51 + i * 3, 52 + i * 3, 53 + i * 3],
        hub: { networks: theirs },
        right: takesTwo[relay.name],
        leftPeer: { maxPrefixes: { 'ipv4-unicast': 2 } },
      });
      const { left, right, status } = one;
      right.speaker.announce({ prefixes: ours.slice(0, 2) });
      const down = await eventually(() => status(left).heldDown, { timeout: 30_000 });
      t.ok(down);
      t.match(status(left).lastNotification, { direction: 'sent', code: 6, subcode: 1 });
      await eventually(() => wasTold[relay.name](one));

      await eventually(() => status(right).state === 'established', { timeout: 30_000 });
      await eventually(() => status(right).families[0]?.advertised === 2);
      t.equal(status(right).flaps, 0, 'two are not too many');
      right.speaker.announce({ prefixes: ours.slice(2) });
      const told = await eventually(() => status(right).lastNotification, { timeout: 30_000 });
      t.match(told, { direction: 'received', code: 6, subcode: 1 });
    },
  );
}

proofsOf(t, import.meta.url);
