import t from 'tap';
import { nodeBgp } from '../../src/desired/node-bgp.js';
import { nodeAnnotationCases } from '../cases/annotation-cases.js';
import { ownNodeOf } from './samples.js';

for (const { title, annotations, gives, tells } of nodeAnnotationCases) {
  t.test(`annotations of the node: ${title}`, async (t) => {
    const given = annotations as Readonly<Record<string, string>>;
    const { problems, ...found } = nodeBgp(ownNodeOf('n1', { annotations: given }));
    for (const [name, value] of Object.entries(gives)) {
      t.strictSame(found[name as keyof typeof found], value, name);
    }
    t.equal(problems.length, tells.length, JSON.stringify(problems));
    for (const [i, tell] of tells.entries()) t.match(problems[i], { place: 'nodes/n1', message: tell });
  });
}

t.test(
  'an annotation that nobody knows is told, with what may have been meant; others are not our business',
  async (t) => {
    const annotations = {
      'kube-router.io/peer.ip': 'a secret',
      'kube-router.io/service.local': 'true',
      'flannel.alpha.coreos.com/x': 'y',
    };
    const { problems } = nodeBgp(ownNodeOf('n1', { annotations }));
    t.match(problems, [
      { message: /kube-router.io\/peer.ip is not known .*; did you mean kube-router.io\/peer.ips\?/ },
      { message: /kube-router.io\/service.local is not known .*; it is one of services/ },
    ]);
    t.notMatch(JSON.stringify(problems), /a secret/);
  },
);
