import { connect, type TcpNetConnectOpts } from 'node:net';
import { needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { birdAt, daemonPeer, frrAt, ourEnd, place, statusAt, upAt } from './daemon-pair.js';
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

/** With a multiprotocol, an add-path, a graceful restart and a long-lived one for each, BIRD has more than 255 octets to tell. */
const channels = [
  'ipv4 {',
  'ipv6 {',
  'ipv4 multicast { table m4;',
  'ipv6 multicast { table m6;',
  'ipv4 mpls { table l4;',
  'ipv6 mpls { table l6;',
  'vpn4 mpls { table v4;',
  'vpn6 mpls { table v6;',
  'flow4 { table f4;',
  'flow6 { table f6;',
];

/** The first message that a daemon sends to whoever dials it. */
async function firstMessage(target: TcpNetConnectOpts): Promise<Buffer> {
  const socket = connect(target);
  let read = Buffer.alloc(0);
  for await (const chunk of socket) {
    read = Buffer.concat([read, chunk as Buffer]);
    if (read.length >= 19 && read.length >= read.readUInt16BE(16)) break;
  }
  return read;
}

t.test(
  'BIRD tells more than 255 octets of capabilities, and we take all of them',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    proves(t, 'extended-parameters', 'BIRD', ['theirs']);
    const at = await place('127.0.1.157', 64_513);
    const end = await ourEnd(t, '127.0.1.158', 64_601, at);
    const options = [
      'advertise hostname on; enable extended messages on;',
      'graceful restart on; long lived graceful restart on;',
      ...channels.map((channel) => `${channel} import all; export all; add paths on; };`),
    ];
    await birdAt(
      t,
      at,
      [end],
      options.join('\n  '),
      `hostname "${'h'.repeat(60)}";
ipv4 table m4; ipv6 table m6; ipv4 table l4; ipv6 table l6;
vpn4 table v4; vpn6 table v6; flow4 table f4; flow6 table f6;`,
    );
    const open = await firstMessage({ host: at.address, port: at.port, localAddress: end.address });
    // RFC 9072 §2: the longer form has 255 where the length and the type of the first parameter would be.
    t.same([...open.subarray(28, 30)], [255, 255]);
    t.ok(open.readUInt16BE(30) > 255, `${open.readUInt16BE(30)} octets`);

    end.speaker.addPeer(daemonPeer(end, talkative));
    await end.speaker.start();
    await upAt(end);
    t.match(statusAt(end), { flaps: 0, remoteHostName: 'h'.repeat(60) });
    for (const name of ['multiprotocol', 'add-path', 'graceful-restart', 'long-lived-graceful-restart'])
      t.ok(statusAt(end).capabilities.includes(name), `${name} in ${statusAt(end).capabilities}`);
  },
);

proofsOf(t, import.meta.url);
