import { eventually, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import type { Hub, Neighbor, Ours } from './hub.js';
import { type Relay, relayed, relays } from './relays.js';

const [INSIDE, OUTSIDE] = ['203.0.113.0/24', '203.0.114.0/24'];
const HUB_AS = 64_513;

/** How a daemon leaves the next hop on the way to the left one, and sets its own on the way to the right one. */
interface Rules {
  readonly left?: Partial<Neighbor>;
  readonly right?: Partial<Neighbor>;
  readonly hub?: Partial<Hub>;
}

const rules: Readonly<Record<Relay['name'], (left: string, right: string) => Rules>> = {
  FRR: () => ({
    left: { lines: ['attribute-unchanged next-hop'] },
    right: { lines: ['next-hop-self'] },
  }),
  BIRD: () => ({ left: { channel: ['next hop keep;'] }, right: { channel: ['next hop self;'] } }),
  GoBGP: (left, right) => ({
    hub: {
      lines: [
        '[global.apply-policy.config]\n  export-policy-list = ["hops"]',
        ...[left, right].map(
          (one, i) =>
            `[[defined-sets.neighbor-sets]]\n  neighbor-set-name = "n${i}"\n  neighbor-info-list = ["${one}"]`,
        ),
        '[[policy-definitions]]\n  name = "hops"',
        ...['unchanged', 'self'].map(
          (hop, i) => `[[policy-definitions.statements]]
    [policy-definitions.statements.conditions.match-neighbor-set]
      neighbor-set = "n${i}"
    [policy-definitions.statements.actions.bgp-actions]
      set-next-hop = "${hop}"`,
        ),
      ],
    },
  }),
  // The rule of the hub for everyone else leaves it, where the peer need not be adjacent.
  OpenBGPD: (_, right) => ({
    left: { lines: ['multihop 2'] },
    hub: { rules: [`allow quick to ${right} set nexthop self`] },
  }),
};

for (const [i, relay] of relays.entries()) {
  t.test(
    `${relay.name} leaves the next hop to an external peer, and sets its own to an internal one`,
    relay.required,
    async (t) => {
      proves(t, 'first-hop', relay.name, ['theirs']);
      const [at, leftAt, rightAt] = [171 + i * 3, 172 + i * 3, 173 + i * 3] as const;
      const one = await relayed(t, relay, {
        at: [at, leftAt, rightAt],
        ases: [HUB_AS, 64_601, HUB_AS],
        ...rules[relay.name](`127.0.1.${leftAt}`, `127.0.1.${rightAt}`),
      });
      const { left, right, hub } = one;
      left.speaker.announce({ prefixes: [OUTSIDE] });
      right.speaker.announce({ prefixes: [INSIDE] });
      const hopAt = (end: Ours, prefix: string) =>
        eventually(() => end.speaker.rib({ prefix }).routes[0]?.paths[0]?.nextHop);
      t.equal(await hopAt(left, INSIDE), `192.0.2.${rightAt}`, 'of the one behind it');
      t.equal(await hopAt(right, OUTSIDE), hub.address, 'its own');
      t.match(await one.shows(OUTSIDE), `192.0.2.${leftAt}`);
      t.match(await one.shows(INSIDE), `192.0.2.${rightAt}`);
    },
  );
}

proofsOf(t, import.meta.url);
