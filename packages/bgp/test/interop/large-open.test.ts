import { needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { daemonPeer, frrAt, ourEnd, place, statusAt, upAt } from './daemon-pair.js';
import { relayed, relays } from './relays.js';

/** All of this is more than the 255 octets of parameters that a plain OPEN can have. */
const speaker = {
  hostName: 'h'.repeat(64),
  domainName: 'd'.repeat(64),
  softwareVersion: 's'.repeat(64),
};
const talkative = {
  families: ['ipv4-unicast', 'ipv6-unicast', 'ipv4-multicast', 'ipv6-multicast'],
  nextHop: { 'ipv4-unicast': '192.0.2.1', 'ipv6-unicast': '2001:db8:ff::1' },
  addPath: { receive: true, send: 'all' },
  gracefulRestart: {},
} as const;

for (const [i, relay] of relays.entries()) {
  // GoBGP 3 and ExaBGP 4 do not know the longer form of RFC 9072.
  if (relay.name === 'GoBGP') continue;
  t.test(`${relay.name} takes an OPEN of ours with more than 255 octets`, relay.required, async (t) => {
    proves(t, 'extended-parameters', relay.name, ['ours']);
    const { left, status, up } = await relayed(t, relay, {
      at: [141 + i * 3, 142 + i * 3, 143 + i * 3],
      speaker,
      leftPeer: talkative,
    });
    await up();
    t.match(status(left), { state: 'established', flaps: 0, establishedCount: 1 });
  });
}

t.test(
  'FRR with extended optional parameters, whose OPEN waits for ours',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    proves(t, ['extended-parameters', 'delay-open'], 'FRR', ['theirs']);
    const at = await place('127.0.1.155', 64_513);
    const end = await ourEnd(t, '127.0.1.156', 64_601, at, speaker);
    // FRR 8.4 that is told to use the longer form reads no other. It would send its own OPEN long after the time that is waited for here.
    const frr = await frrAt(
      t,
      at,
      [end],
      [
        `neighbor ${end.address} extended-optional-parameters`,
        `neighbor ${end.address} timers delayopen 120`,
      ],
    );
    end.speaker.addPeer(daemonPeer(end, talkative));
    await end.speaker.start();
    await upAt(end);
    t.match(statusAt(end), { state: 'established', flaps: 0 });
    t.match(await frr.query('show running-config'), /extended-optional-parameters[\s\S]*delayopen 120/);
  },
);

proofsOf(t, import.meta.url);
