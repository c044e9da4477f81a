import t from 'tap';
import { changedSettings } from '../../src/config/changed-settings.js';
import { changeOf, keepFixed } from '../../src/config/fixed-settings.js';
import { flagNames } from '../../src/config/flags.js';
import { good, ofFile } from './parts.js';

const config = (text: string, files = {}) => good(ofFile(text, [], { files }));

t.test('what can change while the agent runs changes, and the rest is told and waits', async (t) => {
  const running = config('flags: { cluster-asn: 64600, hostname-override: n1 }');
  const wanted = config(
    'flags:\n  cluster-asn: 64601\n  hostname-override: n2\n  overlay-encap: vxlan\n  socket: /s\n',
  );
  const { config: kept, waiting } = keepFixed(running, wanted);
  t.match(kept, {
    clusterAsn: 64601,
    nodeName: 'n1',
    overlayEncap: 'ipip',
    socket: '/run/peerage/n1.sock',
    values: { 'cluster-asn': 64601, 'hostname-override': 'n1', 'overlay-encap': 'ipip' },
  });
  t.match(kept.origins['hostname-override'], running.origins['hostname-override']);
  t.equal(kept.origins['overlay-encap'], undefined);
  t.match(waiting, [
    {
      name: 'hostname-override',
      place: '/etc/peerage/agent.yaml:3',
      message:
        '--hostname-override is n2 from the next start of the agent on, and n1 until then: it cannot change while it runs',
    },
    { name: 'overlay-encap', message: /is vxlan .* and ipip until then/ },
    { name: 'socket' },
  ]);
  t.same(keepFixed(running, running).waiting, []);
});

t.test('each flag says what its change does', async (t) => {
  const restart = flagNames.filter((name) => changeOf(name) === 'restart');
  t.ok(restart.includes('socket') && !restart.includes('cluster-asn'));
  t.equal(changeOf('plan'), 'none');
  t.equal(changeOf('bgp-holdtime'), 'live');
});

t.test('what changed is named, without values', async (t) => {
  const secret = { '/etc/peerage/s': 'one' };
  const before = config('mesh: { passwordFile: s, holdTime: 9 }', secret);
  const after = config(
    'flags: { bgp-port: 1179 }\nmesh: { passwordFile: s }\nexternal: { holdTime: 3 }',
    secret,
  );
  t.same(changedSettings(before, after), ['--bgp-port', 'mesh.holdTime', 'external.holdTime']);
  t.same(changedSettings(before, before), []);
  const other = config('mesh: { passwordFile: s, holdTime: 9 }', { '/etc/peerage/s': 'two' });
  t.same(changedSettings(before, other), ['passwords or keys in files']);
});
