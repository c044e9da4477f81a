// test-timeout: 240
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { acceptAll, BgpSpeaker } from '@peerage/bgp';
import { nodePorts, tcpSocketFactory } from '@peerage/bgp/node';
import { linuxTcpSockets } from '@peerage/linux/tcp';
import { needs } from '@peerage/test-fixtures';
import t from 'tap';

t.setTimeout(240_000);

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const sockets = linuxTcpSockets();
const isHere = sockets.features.has('tcpAo');
const argv = ['--import=tsx', '--conditions=@peerage/source', 'packages/cli/test/interop/tcp-ao-suite.ts'];

t.test(
  'TCP-AO between two speakers: keys that differ are not heard, keys roll over while the session stays',
  isHere ? {} : needs('root', 'VM_RUN'),
  async (t) => {
    const env = { ...process.env, TAP_TIMEOUT: '230' };
    const inside = 'ip link set lo up; cd "$0" && TAP_TIMEOUT=230 exec "$@"';
    const within = ['--mem', '2048', '--', 'sh', '-c', inside, root, process.execPath];
    const [program, args] = isHere
      ? [process.execPath, argv]
      : [process.env.VM_RUN ?? '', [...within, ...argv]];
    const run = spawnSync(program, args, { encoding: 'utf8', timeout: 230_000, env, cwd: root });
    const results = run.stdout.split('\n').filter((line) => /^(not )?ok \d/.test(line));
    t.equal(run.status, 0, `it ends well: ${run.stdout.slice(-4_000)}${run.stderr.slice(-500)}`);
    t.equal(results.length, 4);
    t.same(
      results.filter((line) => line.startsWith('not') || line.includes('# SKIP')),
      [],
    );
  },
);

t.test(
  'where the kernel has no TCP-AO, the peer is refused with the reason, and nothing is dialled',
  async (t) => {
    const features = new Set(sockets.features);
    features.delete('tcpAo');
    const ports = nodePorts({ sockets: tcpSocketFactory(isHere ? { ...sockets, features } : sockets) });
    const speaker = new BgpSpeaker({ localAs: 64_512, routerId: '192.0.2.1' }, ports);
    t.teardown(() => speaker.close());
    await speaker.start();
    const peer = {
      remoteAs: 64_513,
      importPolicy: acceptAll,
      exportPolicy: acceptAll,
      authentication: { tcpAo: { keys: [{ sendId: 1, receiveId: 2, secret: 'correct-horse' }] } },
    };
    speaker.addPeer({ ...peer, address: '127.0.0.9' });
    const status = speaker.peer('127.0.0.9');
    t.match(status, {
      state: 'idle',
      refused: {
        code: 'BGP_ERR_SOCKET_FEATURE',
        message: /authentication\.tcpAo \(TCP-AO, RFC 5925: in Linux from 6\.7 on/,
      },
      tcpAo: { keys: [{ sendId: 1, receiveId: 2, algorithm: 'hmac-sha-1-96' }] },
    });
    t.notMatch(JSON.stringify(status), /horse/);
    t.throws(() => speaker.addPeerRange({ ...peer, prefix: '127.9.0.0/16' }), {
      code: 'BGP_ERR_SOCKET_FEATURE',
    });
  },
);
