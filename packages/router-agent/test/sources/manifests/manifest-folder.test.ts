import t from 'tap';
import { readManifestFile } from '../../../src/sources/manifests/manifest-file.js';
import { mergeManifestFiles } from '../../../src/sources/manifests/manifest-folder.js';
import { type RawSample, sampleService, sampleSlice } from '../sample-objects.js';

const file = (name: string, ...objects: readonly RawSample[]) =>
  readManifestFile(name, objects.map((object) => JSON.stringify(object)).join('\n---\n'), null);

t.test('of an object in two files the first file by name holds, whatever the order of reading', async (t) => {
  const a = file('a.yaml', sampleService(1, { externalIPs: ['203.0.113.10'] }));
  const b = file('b.yaml', sampleService(1), sampleService(2));
  for (const files of [
    [a, b],
    [b, a],
  ]) {
    const { objects, problems } = mergeManifestFiles(files);
    t.equal(objects.length, 2);
    t.match(objects[0], { service: { externalIps: ['203.0.113.10'] } });
    t.same(problems, [
      {
        place: 'manifests/b.yaml:1',
        message: 'services/default/web-1 is in a.yaml:1 too, which holds; remove one of them',
      },
    ]);
  }
});

t.test('Endpoints count only where there is no slice', async (t) => {
  const endpoints = (n: number): RawSample => ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { namespace: 'default', name: `web-${n}` },
    subsets: [{ addresses: [{ ip: '10.48.1.9' }] }],
  });
  const { objects } = mergeManifestFiles([file('a.yaml', sampleSlice(1, [1]), endpoints(1), endpoints(2))]);
  t.match(objects, [
    { key: 'default/web-1-a', isEndpoints: false },
    { key: 'default/web-2', isEndpoints: true },
  ]);
});
