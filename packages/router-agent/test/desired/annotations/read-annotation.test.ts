import t from 'tap';
import { base64Password, cidr, unsigned } from '../../../src/config/flag-type.js';
import {
  AnnotationReader,
  annotationText,
  unknownAnnotations,
} from '../../../src/desired/annotations/read-annotation.js';

const reader = (annotations: Readonly<Record<string, string>>) =>
  new AnnotationReader({ annotations, place: 'nodes/n1' });

t.test('an empty value is there; a missing one is not, whatever objects have by birth', async (t) => {
  const name = 'kube-router.io/service.skiplbips';
  t.equal(annotationText({ annotations: { [name]: '' } }, name), '');
  t.equal(annotationText({ annotations: {} }, name), undefined);
});

t.test('a value that cannot be read counts as not given, and is told with its place', async (t) => {
  const found = reader({ 'kube-router.io/path-prepend.repeat-n': ' 300 ' });
  t.equal(found.value('kube-router.io/path-prepend.repeat-n', unsigned('uint8', [1, 255])), undefined);
  t.same(found.problems, [
    {
      place: 'nodes/n1',
      message:
        'annotation kube-router.io/path-prepend.repeat-n: " 300 " must be 1–255; it counts as not given',
    },
  ]);
});

t.test('of a list only what cannot be read is left out', async (t) => {
  const found = reader({ 'kube-router.io/pod-cidrs': '10.0.0.0/8, ten ,fd00::/8' });
  t.same(found.items('kube-router.io/pod-cidrs', cidr), ['10.0.0.0/8', 'fd00::/8']);
  t.match(found.problems, [{ message: /item 2, "ten", must be an address range/ }]);
  t.same(reader({ 'kube-router.io/pod-cidrs': ' ' }).items('kube-router.io/pod-cidrs', cidr), []);
  t.equal(reader({}).items('kube-router.io/pod-cidrs', cidr), undefined);
});

t.test('a secret is in no message', async (t) => {
  const found = reader({ 'kube-router.io/peer.passwords': 'hunter2!,x' });
  t.same(found.items('kube-router.io/peer.passwords', base64Password), []);
  t.equal(found.problems.length, 2);
  t.notMatch(JSON.stringify(found.problems), /hunter2/);
});

t.test('what nobody gives a meaning is told without its value', async (t) => {
  const annotations = {
    'kube-router.io/service.advertise.cluster-ip': 'a secret',
    'peerage.io/zzzzzzzzzzzzzzzzzzzz': '1',
    'example.com/x': '2',
  };
  const problems = unknownAnnotations('service', { annotations, place: 'services/default/web' });
  t.match(problems, [
    { place: 'services/default/web', message: /did you mean kube-router.io\/service.advertise.clusterip\?/ },
    { message: /peerage.io\/zz.*; see the reference of annotations/ },
  ]);
  t.notMatch(JSON.stringify(problems), /a secret/);
});
