import { eventually, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { relayed, relays } from './relays.js';

const THEIRS = '198.51.100.0/24';
const [FROM_CUSTOMER, FROM_PROVIDER] = ['203.0.113.0/24', '203.0.114.0/24'];
const [HUB, CUSTOMER, PROVIDER] = [64_513, 64_601, 64_602];

/** How a daemon says its own role. */
const roles = {
  BIRD: (role: string) => ({ lines: [`local role ${role};`, 'require roles on;'] }),
  OpenBGPD: (role: string) => ({ lines: [`announce policy ${role} enforce`] }),
} as const;

for (const relay of relays) {
  const { name } = relay;
  if (name !== 'BIRD' && name !== 'OpenBGPD') continue;
  t.test(
    `${name} is provider of one of ours and customer of another: OTC both ways, and no leak`,
    relay.required,
    async (t) => {
      proves(t, 'roles', name);
      const first = name === 'BIRD' ? 121 : 124;
      const one = await relayed(t, relay, {
        at: [first, first + 1, first + 2],
        ases: [HUB, CUSTOMER, PROVIDER],
        left: roles[name]('provider'),
        right: roles[name]('customer'),
        hub: { networks: [THEIRS] },
        leftPeer: { role: 'customer', strictRole: true },
        rightPeer: { role: 'provider', strictRole: true },
      });
      const { left: customer, right: provider, status, shows, up } = one;
      customer.speaker.announce({ prefixes: [FROM_CUSTOMER] });
      provider.speaker.announce({ prefixes: [FROM_PROVIDER] });
      await up();
      t.match(status(customer), { role: 'customer', remoteRole: 'provider' });
      t.match(status(provider), { role: 'provider', remoteRole: 'customer' });
      const at = (end: typeof customer, prefix: string) =>
        end.speaker.rib({ prefix }).routes[0]?.paths.find(({ peer }) => peer !== 'local');

      // From a provider it is marked by the daemon, and from us by ourselves.
      t.equal((await eventually(() => at(customer, THEIRS))).attributes.onlyToCustomer, HUB);
      const down = await eventually(() => at(customer, FROM_PROVIDER));
      t.equal(down.attributes.onlyToCustomer, PROVIDER);
      t.match(await shows(FROM_PROVIDER), new RegExp(`(otc|only.to.customer).*${PROVIDER}`, 'i'));
      // Up it goes without a mark.
      t.equal((await eventually(() => at(provider, THEIRS))).attributes.onlyToCustomer, undefined);
      t.equal((await eventually(() => at(provider, FROM_CUSTOMER))).attributes.onlyToCustomer, undefined);
    },
  );
}

proofsOf(t, import.meta.url);
