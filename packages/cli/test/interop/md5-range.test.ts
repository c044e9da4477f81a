// test-timeout: 120
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, needs, startFrr, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { startSpeaker } from '../commands/peerage.js';
import { namespace } from './namespace.js';

t.test(
  'a range takes FRR with its password, and nobody without',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    const within = await namespace(t);
    const file = join(tempDir(t), 'password');
    writeFileSync(file, 'correct-horse\n');
    const speaker = await startSpeaker(
      t,
      {
        localAs: 64_512,
        routerId: '192.0.2.1',
        listenPort: 1790,
        ebgpRequiresPolicy: false,
        announce: [{ prefixes: ['203.0.113.0/24'] }],
        ranges: [
          {
            prefix: '127.2.0.0/16',
            remoteAs: 64_513,
            limit: 5,
            passwordFile: file,
            nextHop: { 'ipv4-unicast': '192.0.2.1' },
          },
        ],
      },
      { namespace: within },
    );
    const frr = (address: string, password: string | null) =>
      startFrr(
        t,
        `router bgp 64513
 bgp router-id ${address}
 no bgp ebgp-requires-policy
 bgp disable-ebgp-connected-route-check
 neighbor 127.0.0.1 remote-as 64512
 neighbor 127.0.0.1 port 1790
 neighbor 127.0.0.1 update-source ${address}
 neighbor 127.0.0.1 timers connect 1
 ${password === null ? '!' : `neighbor 127.0.0.1 password ${password}`}
`,
        { address, port: 179, namespace: within },
      );
    const right = await frr('127.2.0.2', 'correct-horse');
    await frr('127.2.0.3', 'battery-staple');
    await frr('127.2.0.4', null);
    const established = async (): Promise<readonly string[]> =>
      (await speaker.control.neighbors())
        .filter((one) => one.state === 'established')
        .map((one) => one.address);
    await eventually(async () => (await established()).length > 0, { timeout: 30_000 });
    await sleep(5_000);
    t.same(await established(), ['127.2.0.2']);
    t.equal((await speaker.control.neighbors()).length, 1, 'no peer was made of the others');
    t.match(await speaker.control.neighbor('127.2.0.2'), { md5: true, passive: true });
    await eventually(async () =>
      (await right.query('show bgp ipv4 unicast json')).includes('203.0.113.0/24'),
    );
    await right.kill();
    await eventually(async () => (await speaker.control.neighbors()).length === 0, { timeout: 20_000 });
    t.pass('and it is forgotten when it goes');
  },
);
