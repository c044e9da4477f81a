/**
 * A node agent in a cluster of many services, while some of them change all the time:
 *
 *   node --import=tsx --conditions=@peerage/source packages/router-agent/bench/churn.ts [SERVICES] [CHANGES-A-SECOND] [SECONDS]
 *
 * The cluster is a fake API server in this process; each change takes the only endpoint of a service away or gives it
 * back, so that its addresses are withdrawn or announced. Printed: how long from the server's answer to the announcement, and
 * how long the event loop was held up, the server's and the writer's own work included.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { kubernetesSource } from '../src/sources/kube/kubernetes-source.js';
import { FakeApiServer } from '../src/testing/fake-api-server/fake-api-server.js';
import { TestCluster } from '../test/cluster.js';
import { KubeWriter } from '../test/sources/kube/kube-writer.js';
import { sampleNode, sampleService, sampleSlice } from '../test/sources/sample-objects.js';

const [services = 1000, rate = 50, seconds = 5] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'churn-'));
const server = new FakeApiServer();
await server.start();
const kubeconfig = join(folder, 'kubeconfig');
writeFileSync(kubeconfig, server.kubeconfig());
const writer = new KubeWriter(kubeconfig);
const post = async (path: string, object: object): Promise<void> => {
  const { status, body } = await writer.send('POST', path, object);
  if (status >= 300) throw new Error(JSON.stringify(body));
};
const slicesPath = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
for (let n = 0; n < services; n += 20) {
  const block = Array.from({ length: Math.min(20, services - n) }, (_, i) => n + i);
  await Promise.all(
    block.flatMap((i) => [
      post('/api/v1/namespaces/default/services', sampleService(i)),
      post(slicesPath, sampleSlice(i, [1])),
    ]),
  );
}
await writer.apply(sampleNode(1));
await writer.apply(sampleNode(2));

const cluster = new TestCluster(folder, (ports) => kubernetesSource({ kubeconfig, master: null }, ports));
const began = performance.now();
const flags = ['--advertise-cluster-ip', '--peer-router-ips=192.168.1.254', '--peer-router-asns=64513'];
const one = await cluster.start('node-1', ['192.168.1.11/24'], flags);
const announced = (n: number): boolean => {
  const prefix = `10.64.${1 + Math.floor(n / 250)}.${1 + (n % 250)}/32`;
  return (one.agent.speaker?.rib({ prefix }).routes.length ?? 0) > 0;
};
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
};
await until(() => announced(services - 1) && announced(0));
console.log(`${services} services: announced ${Math.round(performance.now() - began)} ms after the start`);

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const cpu = process.cpuUsage();
const times: number[] = [];
const waiting: Promise<void>[] = [];
const start = performance.now();
for (let change = 0; change < rate * seconds; change++) {
  const n = change % services;
  const there = Math.floor(change / services) % 2 === 1;
  let applied = 0;
  const slice = sampleSlice(n, there ? [1] : []);
  waiting.push(
    writer
      .apply(slice)
      .then(() => {
        applied = performance.now();
      })
      .then(() => until(() => announced(n) === there))
      .then(() => void times.push(performance.now() - applied)),
  );
  const rest = start + ((change + 1) * 1000) / rate - performance.now();
  if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
}
await Promise.all(waiting);
const used = process.cpuUsage(cpu);
delay.disable();
times.sort((a, b) => a - b);
const at = (share: number): string => `${Math.round(times[Math.floor(times.length * share)] ?? 0)} ms`;
console.log(
  `${times.length} changes: half within ${at(0.5)}, 99 % within ${at(0.99)}, all within ${at(0.9999)}`,
);
const ms = (nanoseconds: number): string => `${(nanoseconds / 1e6).toFixed(1)} ms`;
console.log(
  `event loop held up: half ${ms(delay.percentile(50))}, 99 % ${ms(delay.percentile(99))}, most ${ms(delay.max)}`,
);
console.log(
  `processor: ${Math.round((used.user + used.system) / 10 / (performance.now() - start))} % of one`,
);
await cluster.stop();
await server.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
