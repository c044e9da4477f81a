// test-timeout: 400
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { kubernetesSource } from '../src/sources/kube/kubernetes-source.js';
import { FakeApiServer } from '../src/testing/fake-api-server/fake-api-server.js';
import { TestCluster } from './cluster.js';
import { QUICK } from './sources/kube/kube-cases.js';
import { KubeWriter } from './sources/kube/kube-writer.js';
import { sampleNode, sampleService, sampleSlice } from './sources/sample-objects.js';

/** The kernel has to be right within 10 s; a machine that is busy is given more. */
const patient = { timeout: 60_000, interval: 50 };
const flags = ['--advertise-cluster-ip', '--routes-sync-period=24h', '--injected-routes-sync-period=24h'];
const clusterIp = (n: number): string => `10.64.1.${1 + n}/32`;

t.setTimeout(380_000);

t.test(
  'whatever an API server does, sessions and routes stay, and what changed meanwhile comes',
  async (t) => {
    const fake = new FakeApiServer();
    await fake.start();
    t.teardown(() => fake.stop());
    const folder = tempDir(t);
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, fake.kubeconfig());
    const writer = new KubeWriter(kubeconfig);
    const put = async (...objects: readonly Parameters<KubeWriter['apply']>[0][]): Promise<void> => {
      // It is refused as the agents are.
      for (const object of objects) await eventually(() => writer.apply(object).then(() => true), patient);
    };
    const cluster = new TestCluster(tempDir(t), (ports) =>
      kubernetesSource({ kubeconfig, master: null }, ports, QUICK),
    );
    t.teardown(() => cluster.stop());
    await put(sampleNode(1), sampleNode(2), sampleService(1), sampleSlice(1, [1, 2]));
    const one = await cluster.start('node-1', ['192.168.1.11/24'], flags);
    const two = await cluster.start('node-2', ['192.168.1.12/24'], flags);

    const podRoutes = ['10.48.1.0/24 via 192.168.1.11', '10.48.2.0/24 via 192.168.1.12'];
    const isWhole = (): boolean =>
      two.learned().includes(podRoutes[0]!) && one.learned().includes(podRoutes[1]!);
    const announces = (n: number): boolean =>
      [one, two].every(({ agent }) =>
        agent.advertisements.some(({ prefix, advertised }) => prefix === clusterIp(n) && advertised),
      );
    await eventually(() => isWhole() && announces(1) && fake.watchCount === 6, patient);
    let wasBroken = false;
    const looking = setInterval(() => {
      wasBroken ||= !isWhole();
    }, 20);
    t.teardown(() => clearInterval(looking));

    const service = (n: number) => [sampleSlice(n, [1, 2]), sampleService(n)] as const;
    const faults: readonly { readonly what: string; readonly run: (n: number) => Promise<void> }[] = [
      {
        what: '429 with a time to wait',
        run: async (n) => {
          await put(...service(n));
          fake.failNext({ status: 429, retryAfterSeconds: 1, count: 12 });
          fake.dropWatches('cut');
        },
      },
      {
        what: '500 again and again',
        run: async (n) => {
          await put(...service(n));
          fake.failNext({ status: 500, message: 'etcd is full', count: 30 });
          fake.dropWatches('end');
        },
      },
      {
        what: '410: its history is forgotten while nobody watches',
        run: async (n) => {
          fake.dropWatches('cut');
          await put(...service(n));
          fake.compact();
        },
      },
      {
        what: 'it is slow',
        run: async (n) => {
          fake.slow(1_000);
          fake.dropWatches('cut');
          await put(...service(n));
        },
      },
      {
        what: 'it is half open',
        run: async (n) => {
          fake.stall();
          await new Promise((resolve) => setTimeout(resolve, 3_000));
          fake.unstall();
          await put(...service(n));
        },
      },
      {
        what: 'it is away',
        run: async (n) => {
          await fake.stop();
          await new Promise((resolve) => setTimeout(resolve, 2_000));
          await fake.start();
          await put(...service(n));
        },
      },
      {
        what: 'it drops watches all the time',
        run: async (n) => {
          const dropping = setInterval(() => fake.dropWatches('cut'), 50);
          await put(...service(n));
          await new Promise((resolve) => setTimeout(resolve, 2_000));
          clearInterval(dropping);
        },
      },
      {
        what: 'an older form of an object comes after a newer one',
        run: async (n) => {
          await put(...service(n));
          await eventually(() => announces(n), patient);
          const old = {
            ...sampleService(n, { clusterIP: '10.64.9.9' }),
            metadata: { ...sampleService(n).metadata, resourceVersion: '1' },
          };
          const lists = (): number => fake.requests.filter((request) => request.includes('?limit=')).length;
          const before = lists();
          fake.writeToWatches(`${JSON.stringify({ type: 'MODIFIED', object: old })}\n`);
          await eventually(() => lists() >= before + 6, patient);
          const isTaken = ({ prefix }: { readonly prefix: string }): boolean => prefix === '10.64.9.9/32';
          if ([one, two].some(({ agent }) => agent.advertisements.some(isTaken)))
            throw new Error('the older form took the place of the newer one');
        },
      },
      {
        what: 'endpoints come long before their service, and a node last',
        run: async (n) => {
          const [slice, later] = service(n);
          await put(slice);
          await put(sampleNode(3));
          await put(later);
        },
      },
    ];
    for (const [i, { what, run }] of faults.entries()) {
      const n = 10 + i;
      await t.test(what, async (t) => {
        await run(n);
        const began = performance.now();
        await eventually(() => announces(n) && fake.watchCount === 6, patient);
        t.comment(`right after ${Math.round(performance.now() - began)} ms`);
        fake.slow(0);
        await eventually(
          () => cluster.sources.every((source) => source.status().state === 'in-sync'),
          patient,
        );
        for (let m = 10; m <= n; m++) t.ok(announces(m), clusterIp(m));
        t.notOk(wasBroken, 'no route was away meanwhile');
      });
    }
    for (const { events } of [one, two])
      t.same(
        events.filter(({ event }) => event === 'session.down'),
        [],
      );
  },
);
