import t from 'tap';
import type { Capability } from '../../src/capabilities/capability.js';
import { asOf, familiesOf, negotiate, type Offer } from '../../src/capabilities/negotiate.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';

const offer = (capabilities: readonly Capability[], holdTime = 90): Offer => ({
  as: 64512,
  holdTime,
  routerId: 1,
  capabilities,
});

const v4: Capability = { name: 'multiprotocol', family: IPV4_UNICAST };
const v6: Capability = { name: 'multiprotocol', family: IPV6_UNICAST };

t.test('families of both are negotiated, in our order', async (t) => {
  t.same(negotiate(offer([v6, v4]), offer([v4, v6])).families, [IPV6_UNICAST, IPV4_UNICAST]);
  t.same(negotiate(offer([v6]), offer([v4])).families, []);
  t.same(negotiate(offer([v4, v6]), offer([])).families, [IPV4_UNICAST], 'none offered means IPv4 unicast');
  t.same(familiesOf([v6, v6]), [IPV6_UNICAST], 'doubles count once');
});

t.test('the smaller hold time is used, and a third of it as keepalive time', async (t) => {
  t.match(negotiate(offer([], 90), offer([], 9)), { holdTime: 9, keepaliveTime: 3 });
  t.match(negotiate(offer([], 3), offer([], 180)), { holdTime: 3, keepaliveTime: 1 });
  t.match(negotiate(offer([], 0), offer([], 180)), { holdTime: 0, keepaliveTime: 0 });
});

t.test('features are on when both sides offer them', async (t) => {
  const flags: readonly Capability[] = [
    { name: 'route-refresh' },
    { name: 'enhanced-route-refresh' },
    { name: 'extended-message' },
    { name: 'four-octet-as', as: 70000 },
  ];
  t.match(negotiate(offer(flags), offer(flags)), {
    peerAs: 70000,
    as4: true,
    routeRefresh: true,
    enhancedRouteRefresh: true,
    extendedMessage: true,
    maxMessage: 65535,
  });
  const off = {
    as4: false,
    routeRefresh: false,
    enhancedRouteRefresh: false,
    extendedMessage: false,
    maxMessage: 4096,
  };
  t.match(negotiate(offer(flags), offer([])), off);
  t.match(negotiate(offer([]), offer(flags)), { ...off, peerAs: 70000 });
});

t.test('add-path goes where one side sends and the other receives', async (t) => {
  const mode = (m: 'send' | 'receive' | 'both'): Capability => ({
    name: 'add-path',
    families: [{ family: IPV4_UNICAST, mode: m }],
  });
  const agreed = negotiate(offer([v4, mode('receive')]), offer([v4, mode('both')]));
  t.same([...agreed.addPathReceive], [IPV4_UNICAST.key]);
  t.same([...agreed.addPathSend], []);
  const mirrored = negotiate(offer([v4, mode('both')]), offer([v4, mode('receive')]));
  t.same([...mirrored.addPathSend], [IPV4_UNICAST.key], 'the other side sees the mirror');
  t.equal(
    negotiate(offer([v6, mode('both')]), offer([v4, mode('both')])).addPathSend.size,
    0,
    'not without the family',
  );
});

t.test('graceful restart keeps what the peer said of families of both', async (t) => {
  const restart = (notification: boolean, forwarding: boolean): Capability => ({
    name: 'graceful-restart',
    restartTime: 120,
    restarted: forwarding,
    notification,
    families: [
      { family: IPV4_UNICAST, forwarding },
      ...(forwarding ? [{ family: IPV6_UNICAST, forwarding }] : []),
    ],
  });
  t.same(negotiate(offer([restart(true, false)]), offer([restart(false, true)])).gracefulRestart, {
    restartTime: 120,
    restarted: true,
    notification: false,
    families: [{ family: IPV4_UNICAST, forwarding: true }],
  });
  t.equal(negotiate(offer([]), offer([restart(true, true)])).gracefulRestart, null);
});

t.test('the AS number is that of the capability where there is one', async (t) => {
  t.equal(asOf({ as: 23456, capabilities: [{ name: 'four-octet-as', as: 4200000000 }] }), 4200000000);
  t.equal(asOf({ as: 64512, capabilities: [] }), 64512);
});
