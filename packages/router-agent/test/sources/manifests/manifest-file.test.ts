import t from 'tap';
import { readManifestFile } from '../../../src/sources/manifests/manifest-file.js';

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  clusterIP: 10.64.0.9
  externalIPs:
    - 203.0.113.1
`;

t.test('several documents, lists, and kinds that are not read', async (t) => {
  const file = readManifestFile(
    'all.yaml',
    `# a comment
---
${SERVICE}---
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Node
    metadata: {name: n1}
  - apiVersion: v1
    kind: Secret
    metadata: {name: s}
---
apiVersion: v1
kind: NodeList
items: [{metadata: {name: n2}}]
`,
    null,
  );
  t.same([...file.objects.keys()], ['services/default/web', 'nodes/n1', 'nodes/n2']);
  t.equal(file.objects.get('services/default/web')?.line, 3);
  t.equal(file.objects.get('nodes/n1')?.line, 20);
  t.same(file.problems, []);
});

t.test('JSON is read as well, a list of it too', async (t) => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } };
  t.same(
    [
      ...readManifestFile(
        'a.json',
        JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [node] }, null, 1),
        null,
      ).objects.keys(),
    ],
    ['nodes/n1'],
  );
  t.same([...readManifestFile('a.json', JSON.stringify(node), null).objects.keys()], ['nodes/n1']);
});

t.test('what is wrong with an object has its own line, and the last good form stays', async (t) => {
  const before = readManifestFile('web.yaml', SERVICE, null);
  const after = readManifestFile('web.yaml', SERVICE.replace('203.0.113.1', '203.0.113.1x'), before);
  t.same(after.problems, [
    {
      place: 'manifests/web.yaml:8',
      message: 'services/default/web: spec.externalIPs[0] must be an IP address, got "203.0.113.1x"',
    },
  ]);
  t.same(
    after.objects.get('services/default/web')?.object,
    before.objects.get('services/default/web')?.object,
  );
  t.equal(readManifestFile('web.yaml', SERVICE.replace('203.0.113.1', 'x'), null).objects.size, 0);
});

t.test('a text that does not parse keeps every object, with the line of the mistake', async (t) => {
  const before = readManifestFile('web.yaml', SERVICE, null);
  const after = readManifestFile('web.yaml', `${SERVICE}  ports: [\n`, before);
  t.equal(after.objects.size, 1);
  t.equal(after.problems.length, 1);
  t.match(after.problems[0], {
    place: /^manifests\/web\.yaml:(9|10)$/,
    message: /^the file is neither YAML nor JSON \(.*; mend that line$/,
  });
  const doubled = readManifestFile('web.yaml', `${SERVICE}metadata: {}\n`, before);
  t.match(doubled.problems[0], { place: 'manifests/web.yaml:9', message: /Map keys must be unique/ });
});

t.test('a file that was emptied keeps its objects; one that was always empty is nothing', async (t) => {
  const before = readManifestFile('web.yaml', SERVICE, null);
  t.match(readManifestFile('web.yaml', ' \n', before), {
    problems: [{ place: 'manifests/web.yaml:1', message: /the file is empty/ }],
  });
  t.equal(readManifestFile('web.yaml', '', before).objects.size, 1);
  t.match(readManifestFile('web.yaml', '', null), { problems: [] });
});

t.test('documents that are no objects, and objects without a kind, are told', async (t) => {
  const { problems } = readManifestFile(
    'odd.yaml',
    'just words\n---\n- 1\n---\nkind: Service\n---\napiVersion: v1\nkind: Node\n',
    null,
  );
  t.same(problems, [
    { place: 'manifests/odd.yaml:1', message: 'a document must be a Kubernetes object, got "just words"' },
    { place: 'manifests/odd.yaml:3', message: 'a document must be a Kubernetes object, got [1]' },
    { place: 'manifests/odd.yaml:5', message: 'the object must have apiVersion and kind as texts; add them' },
    { place: 'manifests/odd.yaml:7', message: 'Node: metadata.name must be the name of the object, got ""' },
  ]);
});

t.test('an object that is in a file twice is told with both lines, and the first holds', async (t) => {
  const file = readManifestFile(
    'web.yaml',
    `${SERVICE}---\n${SERVICE.replace('203.0.113.1', '203.0.113.2')}`,
    null,
  );
  t.same(file.problems, [
    {
      place: 'manifests/web.yaml:10',
      message: 'services/default/web is in this file twice, first on line 1, which holds; remove one',
    },
  ]);
  t.match(file.objects.get('services/default/web')?.object, { service: { externalIps: ['203.0.113.1'] } });
});

t.test('aliases that expand without bound are refused', async (t) => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...['b', 'c', 'd', 'e'].map(
      (name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcd'[index]}`).join(',')}]`,
    ),
  ].join('\n');
  const { problems, objects } = readManifestFile('bomb.yaml', bomb, null);
  t.equal(objects.size, 0);
  t.match(problems, [{ message: /the document cannot be read \(Excessive alias count/ }]);
});
