import t from 'tap';
import { BgpError } from '../../../src/errors.js';
import type {
  ConnectTarget,
  SocketFactory,
  SocketProtection,
  Transport,
} from '../../../src/ports/transport.js';
import { EARLY_CONNECTIONS } from '../../../src/speaker/connections/early-connections.js';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';
import { BgpSpeaker } from '../../../src/speaker/speaker.js';
import {
  FakeClock,
  FakeNetwork,
  PipeTransport,
  ScriptedPeer,
  seededRandom,
} from '../../../src/testing/index.js';

/** A speaker whose sockets write down what is asked of them, in order. */
function recorded(options: { readonly refuses?: string } = {}) {
  const clock = new FakeClock();
  const host = new FakeNetwork(clock).host('192.0.2.1', '2001:db8::1');
  const asked: string[] = [];
  const shown = (protection: SocketProtection | ConnectTarget | null): string =>
    protection === null
      ? 'nothing'
      : Object.entries(protection)
          .filter(([field]) => ['ttl', 'minTtl', 'device', 'md5Key'].includes(field))
          .map(
            ([field, value]) =>
              `${field} ${value instanceof Uint8Array ? new TextDecoder().decode(value) : value}`,
          )
          .join(', ');
  const sockets: SocketFactory = {
    features: host.features,
    connect(target, signal) {
      asked.push(`dial ${target.address}: ${shown(target)}`);
      return host.connect(target, signal);
    },
    async listen(target, accept) {
      const listener = await host.listen(target, accept);
      return {
        local: listener.local,
        close: () => listener.close(),
        protect(peer, protection) {
          if (peer === options.refuses) {
            throw new BgpError('BGP_ERR_SOCKET_FEATURE', 'this kernel has no TCP MD5');
          }
          asked.push(`protect ${listener.local.address} ${peer}: ${shown(protection)}`);
          listener.protect(peer, protection);
        },
      };
    },
  };
  const listen = [
    { address: '192.0.2.1', port: 179 },
    { address: '2001:db8::1', port: 179 },
  ];
  const speaker = new BgpSpeaker(
    { localAs: 64512, routerId: '192.0.2.1', listen },
    { sockets, clock, random: seededRandom(1) },
  );
  return { clock, speaker, asked };
}

const peer = (more: Partial<PeerConfig> = {}): PeerConfig => ({
  address: '192.0.2.2',
  remoteAs: 64513,
  ...more,
});

t.test('listeners are protected before anything is dialled, where they can see the peer', async (t) => {
  const { speaker, asked, clock } = recorded();
  speaker.addPeer(peer({ password: 'abc', ttlSecurityHops: 1 }));
  speaker.addPeer(peer({ address: '2001:db8::2', remoteAs: 64512 }));
  await speaker.start();
  await clock.settle();
  t.same(asked, [
    'protect 192.0.2.1 192.0.2.2: ttl 255, minTtl 255, md5Key abc',
    'dial 192.0.2.2: ttl 255, minTtl 255, md5Key abc',
    'protect 2001:db8::1 2001:db8::2: ttl 255',
    'dial 2001:db8::2: ttl 255',
  ]);
});

t.test('a changed password replaces the protection, and removing the peer takes it away', async (t) => {
  const { speaker, asked, clock } = recorded();
  await speaker.start();
  speaker.addPeer(peer({ password: 'abc', passive: true }));
  t.equal(speaker.updatePeer(peer({ password: 'xyz', passive: true })), 'reset');
  speaker.removePeer('192.0.2.2');
  await clock.settle();
  t.same(asked, [
    'protect 192.0.2.1 192.0.2.2: ttl 1, md5Key abc',
    'protect 192.0.2.1 192.0.2.2: nothing',
    'protect 192.0.2.1 192.0.2.2: ttl 1, md5Key xyz',
    'protect 192.0.2.1 192.0.2.2: nothing',
  ]);
});

t.test('a listener that cannot protect keeps that peer down, and only that one', async (t) => {
  const { speaker, asked, clock } = recorded({ refuses: '192.0.2.2' });
  speaker.addPeer(peer({ password: 'abc' }));
  speaker.addPeer(peer({ address: '192.0.2.3' }));
  await speaker.start();
  await clock.settle();
  t.match(speaker.peer('192.0.2.2'), {
    state: 'idle',
    refused: { code: 'BGP_ERR_SOCKET_FEATURE', message: 'this kernel has no TCP MD5' },
  });
  t.same(asked, ['protect 192.0.2.1 192.0.2.3: ttl 1', 'dial 192.0.2.3: ttl 1']);
});

/** A speaker to which these addresses connect while it opens its listener, and their ends of the connections. */
function besieged(addresses: readonly string[]) {
  const clock = new FakeClock();
  const taken: PipeTransport[] = [];
  const early = (address: string, accept: (transport: Transport) => void): void => {
    const [ours, theirs] = PipeTransport.pair(
      clock,
      { address: '192.0.2.1', port: 179 },
      { address, port: 50_000 },
    );
    taken.push(theirs);
    accept(ours);
  };
  const host = new FakeNetwork(clock).host('192.0.2.1');
  const sockets: SocketFactory = {
    features: host.features,
    connect: (target, signal) => host.connect(target, signal),
    async listen(target, accept) {
      const listener = await host.listen(target, accept);
      for (const address of addresses) early(address, accept);
      return listener;
    },
  };
  const speaker = new BgpSpeaker(
    { localAs: 64512, routerId: '192.0.2.1', listen: [{ port: 179 }] },
    { sockets, clock, random: seededRandom(1) },
  );
  return { clock, speaker, taken };
}

t.test('who connects while the listeners are opened waits, but is no protected peer', async (t) => {
  const { clock, speaker, taken } = besieged(['192.0.2.2', '192.0.2.3']);
  speaker.addPeer(peer({ passive: true }));
  speaker.addPeer(peer({ address: '192.0.2.3', passive: true, password: 'abc' }));
  await speaker.start();
  const [plain, protectedOne] = taken.map(
    (transport) => new ScriptedPeer(transport, { as: 64513, routerId: 2 }),
  );
  const refusal = protectedOne?.expectNotification();
  const handshake = plain?.handshake();
  await clock.runFor(100);
  await handshake;
  t.equal(speaker.peer('192.0.2.2')?.state, 'established');
  t.match(await refusal, { code: 6, subcode: 5 });
  t.equal(speaker.peer('192.0.2.3')?.state, 'active');
});

for (const [before, becomes] of [
  [EARLY_CONNECTIONS - 1, 'established'],
  [EARLY_CONNECTIONS, 'active'],
] as const)
  t.test(
    `a peer behind ${before} connections that came while the listeners were opened is ${becomes}`,
    async (t) => {
      const strangers = Array.from({ length: before }, (_, i) => `198.51.${100 + (i >> 8)}.${i & 255}`);
      const { clock, speaker, taken } = besieged([...strangers, '192.0.2.2']);
      speaker.addPeer(peer({ passive: true }));
      await speaker.start();
      const last = new ScriptedPeer(taken.at(-1)!, { as: 64513, routerId: 2 });
      const handshake = last.handshake().then(
        () => 'established',
        () => 'active',
      );
      await clock.runFor(100);
      t.equal(speaker.peer('192.0.2.2')?.state, becomes);
      t.equal(await handshake, becomes);
    },
  );
