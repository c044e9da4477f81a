// test-timeout: 300
import { setTimeout as sleep } from 'node:timers/promises';
import { acceptAll, BgpSpeaker, type PeerConfig } from '@peerage/bgp';
import { nodePorts, tcpSocketFactory } from '@peerage/bgp/node';
import { linuxTcpSockets } from '@peerage/linux/tcp';
import { eventually, freePort, needs, startBird, startFrr, type Teardown } from '@peerage/test-fixtures';
import t from 'tap';
import { DAEMON_AS, SPEAKER_AS } from './collision-daemons.js';

const SPEAKER = '127.0.0.46';
const WAIT = 5_000;
const patient = { timeout: 60_000 };

// They wait most of the time, each for its own daemon.
t.jobs = 4;

interface Place {
  readonly address: string;
  readonly port: number;
  readonly speakerPort: number;
}

type Who = 'speaker' | 'daemon';

const daemons = {
  FRR: (t: Teardown, { address, port, speakerPort }: Place, dials: Who) =>
    startFrr(
      t,
      `router bgp ${DAEMON_AS}
 bgp router-id 198.51.100.2
 no bgp ebgp-requires-policy
 bgp disable-ebgp-connected-route-check
 neighbor ${SPEAKER} remote-as ${SPEAKER_AS}
 neighbor ${SPEAKER} port ${speakerPort}
 neighbor ${SPEAKER} update-source ${address}
 neighbor ${SPEAKER} timers connect 1
 neighbor ${SPEAKER} password right
 ${dials === 'speaker' ? `neighbor ${SPEAKER} passive` : '!'}
`,
      { address, port },
    ),
  BIRD: (t: Teardown, { address, port, speakerPort }: Place, dials: Who) =>
    startBird(
      t,
      `router id 198.51.100.2;
protocol bgp {
  local ${address} port ${port} as ${DAEMON_AS};
  neighbor ${SPEAKER} port ${speakerPort} as ${SPEAKER_AS};
  multihop 2;
  strict bind on;
  passive ${dials === 'speaker' ? 'on' : 'off'};
  connect delay time 1;
  connect retry time 1;
  error wait time 1, 1;
  password "right";
  ipv4 { import all; export none; };
}
`,
    ),
} as const;

for (const [i, [name, start]] of Object.entries(daemons).entries()) {
  for (const dials of ['speaker', 'daemon'] as const) {
    t.test(
      `a password that is removed or changed while ${name} runs, dialled by the ${dials}`,
      { ...needs('root', 'command:bgpd', 'command:bird'), buffered: true },
      async (t) => {
        const address = `127.0.0.${(dials === 'speaker' ? 47 : 50) + i}`;
        const speaker = new BgpSpeaker(
          { localAs: SPEAKER_AS, routerId: '192.0.2.1', listen: [{ address: SPEAKER, port: 0 }] },
          nodePorts({ sockets: tcpSocketFactory(linuxTcpSockets()) }),
        );
        t.teardown(() => speaker.close());
        await speaker.start();
        const place = { address, port: await freePort(address), speakerPort: speaker.listening[0]!.port };
        await start(t, place, dials);
        const peer: PeerConfig = {
          address,
          remoteAs: DAEMON_AS,
          port: place.port,
          localAddress: SPEAKER,
          passive: dials === 'daemon',
          connectRetryTime: 1,
          holdTime: 3,
          importPolicy: acceptAll,
          exportPolicy: acceptAll,
        };
        const status = () => speaker.peer(address)!;
        const isUp = (times: number): Promise<unknown> =>
          eventually(() => status().state === 'established' && status().establishedCount === times, patient);
        speaker.addPeer({ ...peer, password: 'right' });
        await isUp(1);

        t.equal(speaker.updatePeer(peer), 'reset', 'the session ends with its password');
        t.match(
          status().lastNotification,
          { direction: 'sent', code: 6, subcode: 6 },
          'and the peer is told',
        );
        await sleep(WAIT);
        t.match(status(), { establishedCount: 1, md5: false }, 'without a password nothing comes up');
        t.not(status().state, 'established');

        t.equal(speaker.updatePeer({ ...peer, password: 'right' }), 'reset');
        await isUp(2);
        t.equal(speaker.updatePeer({ ...peer, password: 'wrong' }), 'reset');
        await sleep(WAIT);
        t.match(status(), { establishedCount: 2, md5: true }, 'with another password nothing comes up');
        t.match(status().hint, /MD5/);

        speaker.updatePeer({ ...peer, password: 'right' });
        await isUp(3);
        t.equal(
          speaker.updatePeer({ ...peer, password: 'right', description: 'the same' }),
          'live',
          'the same password is no change',
        );
        await sleep(1_000);
        t.match(status(), { state: 'established', establishedCount: 3 });
      },
    );
  }
}
