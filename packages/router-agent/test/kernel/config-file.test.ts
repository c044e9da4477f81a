// test-timeout: 300
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, needs, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { guideExample } from '../config/guide-example.js';
import { sampleService, sampleSlice } from '../sources/sample-objects.js';
import { fabric, frrPaths, patient, timesEstablished } from './fabric.js';

const asRoot = { ...needs('root', 'command:ip', 'command:bgpd', 'command:vtysh'), timeout: 240_000 };
const node = '192.168.1.11';

t.test("FRR sees what the guide's file says, and a change of it within the session", asRoot, async (t) => {
  const lab = await fabric(t, 1);
  lab.putNode(1);
  lab.put(sampleService(1));
  lab.put(sampleSlice(1, [1]));
  const frr = await lab.frr([`neighbor ${node} remote-as 64512`, `neighbor ${node} timers connect 1`], 64513);
  const path = join(tempDir(t), 'agent.yaml');
  writeFileSync(path, guideExample());
  const agent = lab.start(1, [`--config=${path}`]);
  const seen = async (prefix: string) => (await frrPaths(frr, prefix)).get(node);

  await eventually(async () => (await seen('10.64.0.0/16')) !== undefined, patient);
  t.match(await seen('10.64.0.0/16'), { med: 50, asPath: [64512], communities: ['64512:100'] });
  t.equal(await seen('10.64.1.2/32'), undefined, 'the aggregate takes the place of its parts');
  t.match(await seen('203.0.113.0/24'), {
    med: 7,
    asPath: [64512, 64512, 64512],
    communities: ['64512:7', '64512:100'],
  });
  t.match(await frr.query('show bgp ipv4 unicast 203.0.113.0/24'), 'Large Community: 64512:1:7');
  t.match(await seen('10.48.1.0/24'), { communities: ['64512:100'] });

  writeFileSync(`${path}.new`, guideExample().replace('med: 7', 'med: 77'));
  renameSync(`${path}.new`, path);
  await eventually(async () => (await seen('203.0.113.0/24'))?.med === 77, patient);
  t.equal(await timesEstablished(frr, node), 1, 'the session is the one of before');
  t.match(agent.events('config.changed'), [{ settings: ['announce[0].med'] }]);
});
