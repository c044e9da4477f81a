import t from 'tap';
import {
  emptyFileConfig,
  type FileAggregate,
  type FileAnnouncement,
  type FileConfig,
} from '../../src/config/file-config.js';
import { AdvertisementPlan, desiredAdvertisements } from '../../src/desired/advertisements.js';
import { type DrainStage, leaving } from '../../src/desired/drain.js';
import { fileAggregates } from '../../src/desired/file-routes.js';
import { desiredPolicies } from '../../src/desired/policies.js';
import { configOf } from '../config-of.js';
import { node, ownNodeOf, snapshot } from './samples.js';

const place = 'agent.yaml:9';
const route: FileAnnouncement = {
  prefixes: ['203.0.113.0/24'],
  attributes: {},
  mesh: false,
  for: {},
  place,
};
const aggregate: FileAggregate = {
  prefix: '10.64.0.0/16',
  asSet: false,
  summaryOnly: true,
  discard: false,
  attributes: {},
  mesh: false,
  for: {},
  place,
};

const configWith = (file: Partial<FileConfig>) => ({
  ...configOf('n1'),
  file: { ...emptyFileConfig, ...file },
});
const own = ownNodeOf('n1', { podCidrs: ['10.48.1.0/24'] });
const announced = (...announcements: readonly FileAnnouncement[]) =>
  desiredAdvertisements(snapshot({ nodes: [own.node] }), own, configWith({ announcements }));

t.test('prefixes of the file are announced with their attributes', async (t) => {
  const attributes = { med: 7, communities: ['64512:1'], prepend: 2 };
  const { items, rows, problems } = announced(
    { ...route, prefixes: ['203.0.113.7/24'], attributes },
    { ...route, prefixes: ['198.51.100.0/24'], mesh: true, nextHop: '192.168.1.99' },
  );
  t.same(items.slice(1), [
    { prefix: '203.0.113.0/24', owner: 'static', attributes: { med: 7, communities: ['64512:1'] } },
    { prefix: '198.51.100.0/24', owner: 'static-mesh', nextHop: '192.168.1.99' },
  ]);
  t.match(rows[1], { kind: 'static', subject: place, advertised: true, reason: /external peers$/ });
  t.match(rows[2], { reason: /and to nodes$/ });
  t.same(problems, []);
});

t.test('a prefix is announced once, and what stands against it is told', async (t) => {
  const twice = announced(route, { ...route, place: 'agent.yaml:20' });
  t.equal(twice.items.length, 2);
  t.match(twice.problems, [{ place: 'agent.yaml:20', message: /announced by agent\.yaml:9 too/ }]);
  const taken = announced({ ...route, prefixes: ['10.48.1.0/24'], attributes: { med: 1 } });
  t.same(taken.items, [{ prefix: '10.48.1.0/24', owner: 'pod-cidr' }]);
  t.match(taken.rows[1], { advertised: false, reason: /pod range/ });
  const six = announced({ ...route, prefixes: ['2001:db8::/48'] });
  t.match(six.rows[1], { advertised: false, reason: /no ipv6 address .* give nextHop/ });
  t.equal(announced({ ...route, for: { nodes: ['n2'] } }).rows.length, 1);
});

t.test('prefixes and aggregates leave a node that is drained, unless no other node has them', async (t) => {
  const drained = ownNodeOf('n1', { unschedulable: true });
  const other = node('n2', ['192.168.1.12'], { labels: { edge: 'yes' } });
  const edge = { nodeLabels: { edge: 'yes' } };
  const config = configWith({
    announcements: [
      { ...route, attributes: { communities: ['64512:1'] } },
      { ...route, prefixes: ['198.51.100.0/24'], for: { nodes: ['n1'] } },
      { ...route, prefixes: ['192.0.2.0/24'], nextHop: '192.168.1.99' },
    ],
    aggregates: [
      { ...aggregate, for: { nodes: ['n1'] } },
      { ...aggregate, prefix: '10.64.9.9/16', for: edge, place: 'agent.yaml:30' },
      { ...aggregate, prefix: '10.80.0.0/16', for: { nodes: ['n1'] } },
    ],
  });
  const at = (stage: DrainStage) => {
    const state = snapshot({ nodes: [drained.node, other] });
    const away = leaving(state, drained.node, config, stage);
    const plan = new AdvertisementPlan(config).desired(state, drained, away);
    const all = [...plan.items, ...fileAggregates(drained, config, away).items];
    return {
      rows: plan.rows,
      sent: all.map(({ prefix, attributes }) => [prefix, attributes?.communities?.join(' ') ?? '']),
    };
  };
  t.same(at('leaving').sent, [
    ['203.0.113.0/24', '64512:1 graceful-shutdown'],
    ['198.51.100.0/24', 'graceful-shutdown'],
    ['192.0.2.0/24', ''],
    ['10.64.0.0/16', 'graceful-shutdown'],
    ['10.80.0.0/16', 'graceful-shutdown'],
  ]);
  const gone = at('gone');
  t.same(gone.sent, [
    ['198.51.100.0/24', 'graceful-shutdown'],
    ['192.0.2.0/24', ''],
    ['10.80.0.0/16', 'graceful-shutdown'],
  ]);
  t.match(gone.rows, [
    { prefix: '203.0.113.0/24', advertised: false, reason: /^the node is cordoned; other nodes have it$/ },
    { prefix: '198.51.100.0/24', advertised: true, reason: /but no other node has it$/ },
    { prefix: '192.0.2.0/24', advertised: true, reason: /to external peers$/ },
  ]);
});

t.test('aggregates are those of this node, each once', async (t) => {
  const policies = { policies: { vips: [{ action: 'accept' }] }, sets: {} };
  const config = configWith({
    policies,
    aggregates: [
      { ...aggregate, contributors: 'vips', attributes: { med: 3, prepend: 1 } },
      { ...aggregate, prefix: '10.64.7.0/16', place: 'agent.yaml:30' },
      { ...aggregate, prefix: '10.80.0.0/16', for: { nodes: ['n2'] } },
    ],
  });
  const { items, problems } = fileAggregates(own, config);
  t.same(items, [
    {
      prefix: '10.64.0.0/16',
      asSet: false,
      summaryOnly: true,
      discard: false,
      contributors: { name: 'vips', ...policies },
      attributes: { med: 3 },
    },
  ]);
  t.match(problems, [{ place: 'agent.yaml:30', message: /10\.64\.0\.0\/16 is made by agent\.yaml:9 too/ }]);
});

t.test('policies let them out: to external peers all, to nodes those with mesh', async (t) => {
  const statements = (file: Partial<FileConfig>) => {
    const { exportToExternal, exportToMesh } = desiredPolicies(configWith(file), own);
    return [exportToExternal, exportToMesh].map((policy) =>
      policy.statements.filter(({ name }) => name.startsWith('file-')),
    );
  };
  t.same(statements({}), [[], []]);
  t.same(
    statements({
      announcements: [{ ...route, attributes: { prepend: 2 } }],
      aggregates: [aggregate, { ...aggregate, prefix: '10.80.0.0/16', mesh: true }],
    }),
    [
      [
        {
          name: 'file-prepended-1',
          prefixes: ['203.0.113.0/24'],
          local: true,
          action: 'accept',
          prepend: { as: 'self', count: 2 },
        },
        { name: 'file-prefixes', owners: ['static', 'static-mesh'], action: 'accept' },
        {
          name: 'file-aggregates',
          prefixes: ['10.64.0.0/16', '10.80.0.0/16'],
          local: true,
          action: 'accept',
        },
      ],
      [
        { name: 'file-prefixes', owners: ['static-mesh'], action: 'accept' },
        { name: 'file-aggregates', prefixes: ['10.80.0.0/16'], local: true, action: 'accept' },
      ],
    ],
  );
  const elsewhere = { ...route, for: { nodes: ['n2'] }, attributes: { prepend: 5 } };
  t.same(statements({ announcements: [elsewhere] }), [[], []]);
});
