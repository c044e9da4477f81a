import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { BgpSpeaker, compilePolicies } from '../../src/index.js';
import { nodePorts } from '../../src/node/index.js';
import { bird } from './bird.js';
import { exabgp } from './exabgp.js';
import { frr } from './frr.js';
import { gobgp } from './gobgp.js';
import { openbgpd } from './openbgpd.js';
import { originated } from './subject.js';

const policies = compilePolicies({
  policies: {
    in: [
      {
        match: {
          asPath: '^64513$',
          med: originated.med,
          anyCommunity: ['64513:*'],
          anyLargeCommunity: ['64513:1:*'],
        },
        action: 'accept',
        edits: { localPref: 250, removeCommunities: ['64513:*'], addExtendedCommunities: ['rt:64512:1'] },
      },
    ],
    out: [
      { match: { prefixes: ['192.0.2.0/24'] }, action: 'reject' },
      {
        action: 'accept',
        edits: {
          prepend: { as: 64512, count: 2 },
          addMed: 5,
          addCommunities: ['64512:9'],
          addLargeCommunities: ['64512:9:9'],
        },
      },
    ],
  },
});

for (const [i, implementation] of [bird, frr, gobgp, openbgpd, exabgp].entries()) {
  t.test(
    `${implementation.name} sees what export policy made, and is matched by import policy`,
    needs(...implementation.needs),
    async (t) => {
      proves(t, 'policy', implementation.name);
      const daemonAddress = `127.0.0.${71 + i}`;
      const speakerAddress = '127.0.0.70';
      const us = { address: speakerAddress, port: await freePort(speakerAddress), as: 64512 };
      const them = {
        address: daemonAddress,
        port: await freePort(daemonAddress),
        as: 64513,
        routerId: '198.51.100.2',
      };
      const daemon = await implementation.start(t, {
        daemon: them,
        speaker: us,
        expectedAs: 64512,
        passive: true,
      });
      const speaker = new BgpSpeaker({ localAs: us.as, routerId: '203.0.113.1' }, nodePorts());
      t.teardown(() => speaker.close());
      speaker.apply({
        peers: [
          {
            address: them.address,
            remoteAs: them.as,
            port: them.port,
            localAddress: us.address,
            connectRetryTime: 1,
            // FRR and GoBGP refuse a loopback address as next hop, our own among them.
            nextHop: { 'ipv4-unicast': '192.0.2.70' },
            ...Object.fromEntries(
              (['in', 'out'] as const).map((name) => [
                `${name === 'in' ? 'import' : 'export'}Policy`,
                policies.get(name),
              ]),
            ),
          },
        ],
        announcements: [{ prefixes: ['203.0.113.0/24', '192.0.2.0/24'], attributes: { med: 1 } }],
      });
      await speaker.start();
      const seen = await eventually(() => daemon.route('203.0.113.0/24'), { timeout: 30_000 });
      t.match(seen, {
        asPath: [64512, 64512, 64512],
        med: 6,
        communities: ['64512:9'],
        largeCommunities: ['64512:9:9'],
      });
      t.equal(await daemon.route('192.0.2.0/24'), undefined, 'what export policy rejects is not there');
      const learned = await eventually(() =>
        speaker.rib({ prefix: originated.ipv4 }).routes[0]?.paths.find((path) => path.best),
      );
      t.match(learned.attributes, {
        localPref: 250,
        communities: undefined,
        largeCommunities: [originated.largeCommunity],
        extendedCommunities: ['0002fc0000000001'],
      });
      t.equal(speaker.explain(originated.ipv4)?.imports[0]?.statement, 'in#1');
    },
  );
}

proofsOf(t, import.meta.url);
