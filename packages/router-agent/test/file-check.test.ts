import t from 'tap';
import { emptyFileConfig, type FileConfig, type FileNeighbor } from '../src/config/file-config.js';
import { checkFile } from '../src/file-check.js';

const place = 'agent.yaml:1';
const neighbor: FileNeighbor = { address: '192.168.1.254', remoteAs: 64513, for: {}, settings: {}, place };
const announcement = { prefixes: ['203.0.113.0/24'], attributes: {}, mesh: false, for: {}, place };
const aggregate = {
  ...{ prefix: '10.64.0.0/16', asSet: false, summaryOnly: false, discard: false },
  ...{ attributes: {}, mesh: false, for: {}, place },
};
const check = (file: Partial<FileConfig>) => checkFile({ ...emptyFileConfig, ...file });
const policies = { policies: { edge: [{ action: 'accept' }] }, sets: {} };

t.test('a file that is right has no mistakes', async (t) => {
  const file: Partial<FileConfig> = {
    policies,
    mesh: { settings: { holdTime: 9 } },
    neighbors: [{ ...neighbor, exportPolicy: 'edge' }],
    announcements: [{ ...announcement, attributes: { communities: ['64512:1', 'no-export'], prepend: 2 } }],
    aggregates: [{ ...aggregate, contributors: 'edge' }],
  };
  t.same(check(file), []);
});

t.test('a mistake in a session is told with its field, of each part the first', async (t) => {
  const wrong: Partial<FileConfig> = {
    mesh: { settings: { holdTime: 1 } },
    neighbors: [neighbor, { ...neighbor, address: '192.168.1.300' }],
  };
  t.match(check(wrong), [
    { at: 'mesh.holdTime', message: /^mesh\.holdTime must be .*1$/ },
    { at: 'neighbors[1].address', message: /192\.168\.1\.300/ },
  ]);
});

t.test('a policy that is named and not there is told with those that are', async (t) => {
  t.match(check({ policies, external: { settings: {}, importPolicy: 'egde' } }), [
    { at: 'external.importPolicy', message: /"egde" is no policy of the file; there are .*edge/ },
  ]);
  t.match(check({ policies, aggregates: [{ ...aggregate, contributors: 'nothing' }] }), [
    { at: 'aggregates[0].contributors', message: /"nothing"/ },
  ]);
});

t.test('a mistake within a policy has its path as the file has it, and hides no others', async (t) => {
  const broken = { policies: { edge: [{ action: 'acept' }] }, sets: {} };
  const found = check({
    policies: broken,
    neighbors: [{ ...neighbor, exportPolicy: 'edge' }],
    external: { settings: { port: 0 } },
  });
  t.match(found, [{ at: /^policies\.edge\[0\]/, message: /acept/ }, { at: 'external.port' }]);
  t.equal(found.length, 2, 'which policies there are is not known then');
});

t.test('communities are told one by one, and the rest of a route with them right', async (t) => {
  const attributes = { communities: ['64512:1', '64512:99999'], extendedCommunities: ['colour:7'] };
  t.match(check({ announcements: [announcement, { ...announcement, attributes }] }), [
    { at: 'announce[1].communities[1]', message: /64512:99999/ },
    { at: 'announce[1].extendedCommunities[0]', message: /colour:7/ },
  ]);
  t.match(check({ announcements: [{ ...announcement, prefixes: ['203.0.113.0/33'] }] }), [
    { at: /^announce\[0\]/, message: /203\.0\.113\.0\/33/ },
  ]);
});
