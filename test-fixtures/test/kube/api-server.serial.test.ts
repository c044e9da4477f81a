import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import t from 'tap';
import { startApiServer } from '../../src/kube/api-server.js';
import { needs } from '../../src/needs.js';
import { tempDir } from '../../src/temp-dir.js';

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { ports: [{ port: 80 }] },
};
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

function anonymousStatus(url: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`${url}/api/v1/nodes`, { ca: readFileSync(ca), agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on('error', reject);
  });
}

t.test(
  'a kube-apiserver serves, pauses, dies, comes back and stops',
  needs('KUBE_APISERVER', 'command:etcd', 'command:openssl'),
  async (t) => {
    const folder = tempDir(t);
    const server = await startApiServer({ folder, serviceCidr: '10.99.0.0/16' });
    t.teardown(() => server.stop());

    t.match(await server.call('GET', '/api/v1/nodes'), { status: 200, body: /"kind":"NodeList"/ });
    t.equal(await anonymousStatus(server.url, server.certificates.ca), 403, 'RBAC is on');
    t.ok(existsSync(server.kubeconfig));
    t.match(await server.call('POST', '/api/v1/namespaces/default/services', service), {
      status: 201,
      body: /"clusterIP":"10\.99\./,
    });
    t.equal((await server.call('POST', '/api/v1/namespaces', namespace('first'))).status, 201);

    server.pause();
    const answer = server.call('GET', '/api/v1/namespaces/first');
    const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 300, 'silent'))]);
    t.equal(early, 'silent', 'a paused server says nothing');
    server.resume();
    t.equal((await answer).status, 200);

    await server.kill();
    await t.rejects(server.call('GET', '/readyz'), { code: 'ECONNREFUSED' });
    await server.start();
    t.equal((await server.call('GET', '/api/v1/namespaces/first')).status, 200, 'its data are still there');
    await server.stop();
  },
);

t.test(
  'a kube-apiserver that ends early is told with the end of its log',
  needs('command:etcd', 'command:openssl'),
  async (t) => {
    const folder = tempDir(t);
    const program = join(folder, 'broken');
    writeFileSync(program, '#!/bin/sh\necho cannot start today\nexit 4\n', { mode: 0o755 });
    await t.rejects(startApiServer({ folder, program }), {
      message: /broken ended with 4;[\s\S]*cannot start today/,
    });
  },
);

t.test('without a kube-apiserver the message names the guard', async (t) => {
  await t.rejects(startApiServer({ folder: tempDir(t), program: '' }), {
    message: /guard the test with needs/,
  });
});
