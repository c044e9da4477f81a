import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { createSpeaker } from '../../../src/node/index.js';
import { acceptAll } from '../../../src/policy/defaults.js';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';

const patient = { timeout: 30_000 };
const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };
const quick = { connectRetryTime: 1, idleHoldTime: 0.5 };

t.test(
  'several local addresses, of both families, and a router id for each peer, all in one process',
  async (t) => {
    const lines: string[] = [];
    const hub = createSpeaker(
      {
        localAs: 64_512,
        routerId: '192.0.2.1',
        listen: ['127.0.0.191', '127.0.0.192', '::1'].map((address) => ({ address, port: 0 })),
      },
      { log: { log: (_, event, fields) => void lines.push(JSON.stringify({ event, ...fields })) } },
    );
    t.teardown(() => hub.close());
    await hub.start();
    t.equal(new Set(hub.listening.map(({ address, port }) => `${address} ${port}`)).size, 3);
    const portOf = (address: string) => hub.listening.find((one) => one.address === address)?.port ?? 0;
    const far = (n: number) => {
      const speaker = createSpeaker({ localAs: 64_600 + n, routerId: `192.0.2.${n}` });
      t.teardown(() => speaker.close());
      return speaker;
    };
    const [one, two, six] = [far(11), far(12), far(13)];
    const hubPeer = (n: number, address: string, more: Partial<PeerConfig>): PeerConfig => ({
      ...{ address, remoteAs: 64_600 + n, passive: true },
      ...policies,
      ...more,
    });
    hub.addPeer(hubPeer(11, '127.0.0.195', { localAddress: '127.0.0.191', routerId: '192.0.2.101' }));
    hub.addPeer(hubPeer(12, '127.0.0.196', { localAddress: '127.0.0.192', routerId: '192.0.2.102' }));
    hub.addPeer(hubPeer(13, '::1', { families: ['ipv6-unicast'] }));
    const toHub = (address: string, localAddress: string): PeerConfig => ({
      ...{ address, localAddress, remoteAs: 64_512, port: portOf(address) },
      ...quick,
      ...policies,
    });
    // To the wrong one of our addresses first: nobody is let in there.
    one.addPeer(toHub('127.0.0.192', '127.0.0.195'));
    two.addPeer(toHub('127.0.0.192', '127.0.0.196'));
    six.addPeer({ ...toHub('::1', '::1'), families: ['ipv6-unicast'] });
    await Promise.all([one, two, six].map((speaker) => speaker.start()));
    const states = (address: string) => hub.peer(address)?.state;
    await eventually(
      () => states('127.0.0.196') === 'established' && states('::1') === 'established',
      patient,
    );
    await eventually(() => lines.some((line) => line.includes('it came to another address than')), patient);
    t.equal(hub.peer('127.0.0.195')?.establishedCount, 0);
    one.removePeer('127.0.0.192');
    one.addPeer(toHub('127.0.0.191', '127.0.0.195'));
    await eventually(() => states('127.0.0.195') === 'established', patient);
    t.match(hub.peer('127.0.0.195'), { localAddress: '127.0.0.191', remoteRouterId: '192.0.2.11' });
    t.match(hub.peer('127.0.0.196'), { localAddress: '127.0.0.192' });
    t.match(hub.peer('::1'), { localAddress: '::1' });
    t.equal(one.peer('127.0.0.191')?.remoteRouterId, '192.0.2.101');
    t.equal(two.peer('127.0.0.192')?.remoteRouterId, '192.0.2.102');
    t.equal(six.peer('::1')?.remoteRouterId, '192.0.2.1');

    one.announce({ prefixes: ['203.0.113.0/24'] });
    await eventually(() => two.rib({ prefix: '203.0.113.0/24' }).routes.length === 1, patient);
    t.equal(two.rib({ prefix: '203.0.113.0/24' }).routes[0]?.paths[0]?.nextHop, '127.0.0.192');

    const changed = hubPeer(11, '127.0.0.195', { localAddress: '127.0.0.191', routerId: '192.0.2.103' });
    t.equal(hub.updatePeer(changed), 'reset');
    await eventually(() => one.peer('127.0.0.191')?.remoteRouterId === '192.0.2.103', patient);
  },
);
