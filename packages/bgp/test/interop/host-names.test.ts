import { eventually, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { birdAt, daemonPeer, frrAt, ourEnd, place, statusAt, upAt } from './daemon-pair.js';

const names = { hostName: 'leaf-1', domainName: 'example.net', softwareVersion: 'peerage/test' };

t.test(
  'FRR shows our host and domain, and we show those of FRR',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    proves(t, 'host-names', 'FRR');
    const at = await place('127.0.0.51', 64_513);
    const end = await ourEnd(t, '127.0.0.52', 64_601, at, names);
    const frr = await frrAt(t, at, [end], [], 'hostname spine-7\ndomainname example.org');
    end.speaker.addPeer(daemonPeer(end));
    await end.speaker.start();
    await upAt(end);
    const shown = await eventually(async () => {
      const text = await frr.query(`show bgp neighbors ${end.address}`);
      return text.includes('leaf-1') && text;
    });
    t.match(shown, /name: leaf-1, ?domain name: example\.net/);
    t.match(statusAt(end), { remoteHostName: 'spine-7' });
  },
);

t.test('BIRD tells its host name, and takes ours', needs('command:bird', 'command:birdc'), async (t) => {
  proves(t, 'host-names', 'BIRD');
  const at = await place('127.0.0.53', 64_513);
  const end = await ourEnd(t, '127.0.0.54', 64_601, at, names);
  const bird = await birdAt(t, at, [end], 'advertise hostname on;', 'hostname "spine-8";');
  end.speaker.addPeer(daemonPeer(end));
  await end.speaker.start();
  await upAt(end);
  t.match(statusAt(end), { remoteHostName: 'spine-8' });
  t.match(await bird.query('show protocols all peer54'), /Hostname: leaf-1/);
});

proofsOf(t, import.meta.url);
