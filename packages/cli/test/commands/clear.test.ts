// test-timeout: 120
import { acceptAll, BgpSpeaker, type PeerStatus } from '@peerage/bgp';
import { nodePorts } from '@peerage/bgp/node';
import { eventually, freePort } from '@peerage/test-fixtures';
import t from 'tap';
import { peerage, startSpeaker } from './peerage.js';

const [OURS, THEIRS] = ['127.0.0.171', '127.0.0.172'];
const patient = { timeout: 30_000 };

t.test('peerage clear resets a session, and has routes sent again in either direction', async (t) => {
  const port = await freePort(OURS);
  const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };
  const far = new BgpSpeaker(
    { localAs: 64_513, routerId: '192.0.2.2', listen: [{ address: THEIRS, port: 0 }] },
    nodePorts(),
  );
  t.teardown(() => far.close());
  await far.start();
  far.addPeer({ address: OURS, remoteAs: 64_512, passive: true, ...policies });
  const speaker = await startSpeaker(t, {
    localAs: 64_512,
    routerId: '192.0.2.1',
    listenPort: port,
    listenAddresses: [OURS],
    ebgpRequiresPolicy: false,
    announce: [{ prefixes: ['203.0.113.0/24'] }],
    neighbors: [
      {
        address: THEIRS,
        remoteAs: 64_513,
        port: far.listening[0]?.port ?? 0,
        localAddress: OURS,
        connectRetryTime: 1,
        idleHoldTime: 0.5,
      },
    ],
  });
  const status = () => far.peer(OURS) as PeerStatus;
  const clear = (...args: readonly string[]) =>
    peerage(t, ['clear', THEIRS, ...args, '--socket', speaker.socket]);
  await eventually(
    () => status().families[0]?.endOfRib === true && status().families[0]?.received === 1,
    patient,
  );
  const updates = status().received.update;

  t.match(await clear('--soft', 'in'), {
    status: 0,
    stdout: `${THEIRS} was asked for its routes again: ipv4-unicast\n`,
  });
  await eventually(() => status().received.routeRefresh === 1, patient);
  t.equal(status().received.update, updates);

  const out = await clear('--soft', 'out', '--family', 'ipv4-unicast', '--json');
  t.same(JSON.parse(out.stdout), { address: THEIRS, soft: 'out', families: ['ipv4-unicast'] });
  await eventually(() => status().received.update > updates, patient);
  t.match(status(), { establishedCount: 1, flaps: 0 });

  const none = await clear('--soft', 'in', '--family', 'ipv6-unicast');
  t.match(none.stdout, /nothing to send again/);

  t.match(await clear('--message', 'new cable'), { status: 0, stdout: /the session was reset/ });
  await eventually(() => status().establishedCount === 2, patient);
  t.match(status().lastNotification, { code: 6, subcode: 4, communication: 'new cable' });

  t.match(await clear('--soft', 'sideways'), { status: 2, stderr: /Allowed choices are in, out/ });
  const unknown = await peerage(t, ['clear', '192.0.2.9', '--socket', speaker.socket]);
  t.match(unknown, { status: 1, stderr: /no neighbor 192\.0\.2\.9; configured: 127\.0\.0\.172/ });
});
