import t from 'tap';
import { type DrainStage, leaving } from '../../src/desired/drain.js';
import { ownNode } from '../../src/desired/own-node.js';
import { VipDecider } from '../../src/desired/vips.js';
import type { Node } from '../../src/model/cluster.js';
import { all, here } from '../cases/vip-case.js';
import { vipCases } from '../cases/vip-cases.js';
import { nodeStateCases } from '../cases/vip-node-cases.js';
import { configOf } from '../config-of.js';
import { node, service, snapshot } from './samples.js';

const own = (flags: readonly string[], more: Partial<Node> = {}) => {
  const nodes = [node('n1', ['192.168.1.11'], more)];
  const result = ownNode(snapshot({ nodes }), configOf('n1', flags));
  if (result.own === null) throw new Error(result.reason);
  return result.own;
};

for (const each of [...vipCases, ...nodeStateCases]) {
  t.test(`service addresses: ${each.title}`, async (t) => {
    const { flags = [], slices = here, others = [], stage = 'none' } = each;
    const named = Object.fromEntries(
      Object.entries(each.annotations ?? {}).map(([name, value]) => [
        name.includes('/') ? name : `kube-router.io/${name}`,
        value,
      ]),
    );
    const web = service({ annotations: named, ...each.service });
    const self = own(flags, each.node);
    const state = snapshot({ services: [web], slices, nodes: [self.node, ...others] });
    const config = configOf('n1', flags);
    const away = leaving(state, self.node, config, stage);
    const { rows, problems } = new VipDecider(config).decide(state, self, away);
    const advertised = rows.filter((row) => row.advertised);
    t.same(
      advertised.map((row) => row.prefix),
      each.announces,
    );
    for (const row of advertised) {
      t.same(row.attributes, each.attributes);
      t.same(row.peers, each.peers);
    }
    if (each.because !== undefined) {
      const reasons = rows.filter((row) => !row.advertised).map((row) => row.reason);
      t.ok(
        reasons.some((reason) => each.because?.test(reason)),
        `one of: ${reasons.join(' | ')}`,
      );
    }
    if (each.tells === undefined) return;
    const told = problems
      .filter(({ place }) => place === 'services/default/web')
      .map(({ message }) => message);
    t.equal(told.length, each.tells.length, told.join(' | '));
    for (const tell of each.tells)
      t.ok(
        told.some((message) => tell.test(message)),
        `${tell}: ${told.join(' | ')}`,
      );
  });
}

t.test(
  'decisions are made anew when the node, its stage or the nodes that could take over are others',
  async (t) => {
    const decider = new VipDecider(configOf('n1', all));
    const nodes = [node('n2', ['192.168.1.12'])];
    const cordoned = own(all, { unschedulable: true });
    const count = (stage: DrainStage, others: readonly Node[]) => {
      const state = snapshot({ services: [web], slices: here, nodes: [cordoned.node, ...others] });
      return decider
        .decide(state, cordoned, leaving(state, cordoned.node, configOf('n1', all), stage))
        .rows.filter((row) => row.advertised).length;
    };
    const web = service();
    t.same(
      [count('none', nodes), count('leaving', nodes), count('gone', nodes), count('gone', [])],
      [3, 3, 0, 3],
    );
  },
);

t.test('a service that is wrong is told and does not touch the others', async (t) => {
  const bad = service({
    name: 'bad',
    externalIps: ['1.1.1.256'],
    annotations: { 'kube-router.io/service.advertise.clusterip': 'maybe' },
  });
  const state = snapshot({ services: [bad, service()], slices: here });
  const { rows, problems } = new VipDecider(configOf('n1', all)).decide(state, own(all));
  t.same(rows.filter((row) => row.subject === 'default/web' && row.advertised).length, 3);
  t.match(
    problems.filter((problem) => problem.place === 'services/default/bad'),
    [{ message: /"maybe" is neither true nor false/ }, { message: /"1.1.1.256" is not an IP address/ }],
  );
});

t.test('addresses that are announced unchecked cause one line for each kind, with the flag', async (t) => {
  const { problems } = new VipDecider(configOf('n1', all)).decide(
    snapshot({ services: [service(), service({ name: 'b' })], slices: here }),
    own(all),
  );
  t.same(
    problems.map((problem) => problem.place),
    ['--service-external-ip-range', '--loadbalancer-ip-range'],
  );
});

t.test('what was decided for a service is kept while its objects are the same', async (t) => {
  const decider = new VipDecider(configOf('n1', all));
  const [web, other] = [service(), service({ name: 'other' })];
  const node = own(all);
  const first = decider.decide(snapshot({ services: [web, other], slices: here }), node);
  const second = decider.decide(snapshot({ services: [web, { ...other }], slices: here }), node);
  t.same(second, first);
  const of = (rows: typeof first.rows, subject: string) => rows.find((row) => row.subject === subject);
  t.equal(of(second.rows, 'default/web'), of(first.rows, 'default/web'), 'the same object');
  t.not(of(second.rows, 'default/other'), of(first.rows, 'default/other'), 'decided anew');
  const third = decider.decide(snapshot({ services: [web, other], slices: [] }), node);
  t.same(
    third,
    new VipDecider(configOf('n1', all)).decide(snapshot({ services: [web, other], slices: [] }), node),
  );
});

t.test('another pod range of the node decides nothing anew, anything else of it does', async (t) => {
  const decider = new VipDecider(configOf('n1', all));
  const cluster = snapshot({ services: [service()], slices: here });
  const node = own(all);
  const [first] = decider.decide(cluster, node).rows;
  const elsewhere = { ...node, node: { ...node.node, podCidrs: ['10.48.9.0/24'] } };
  t.equal(decider.decide(cluster, elsewhere).rows[0], first, 'the same object');
  const labelled = { ...node, node: { ...node.node, labels: { ...node.node.labels, rack: '7' } } };
  t.not(decider.decide(cluster, labelled).rows[0], first, 'decided anew');
});

t.test('a service that went and comes back as it was is decided anew', async (t) => {
  const decider = new VipDecider(configOf('n1', all));
  const [with1, without] = [snapshot({ services: [service()], slices: here }), snapshot({ slices: here })];
  const [first] = decider.decide(with1, own(all)).rows;
  t.same(decider.decide(without, own(all)).rows, []);
  t.not(decider.decide(with1, own(all)).rows[0], first, 'nothing is kept of what is gone');
});
