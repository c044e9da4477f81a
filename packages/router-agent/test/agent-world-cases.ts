import { acceptAll, BgpSpeaker } from '@peerage/bgp';
import { seededRandom } from '@peerage/bgp/testing';
import { eventually, tempDir } from '@peerage/test-fixtures';
import type { Test } from 'tap';
import { TestCluster } from './cluster.js';
import { sampleNode, sampleService, sampleSlice } from './sources/sample-objects.js';
import type { World } from './sources/world.js';

const LONG = { interval: 50, timeout: 60_000 };

/** Cluster IP of sample service number `n`. */
const clusterIp = (n: number): string => `10.64.${1 + Math.floor(n / 250)}.${1 + (n % 250)}/32`;

/**
 * What agents do whatever they read the cluster from: two nodes and an external router, in one story. `outage` is how long, in
 * milliseconds, the facts are away each time.
 */
export function agentWorldCases(t: Test, open: (t: Test) => Promise<World>, outage: number): void {
  t.test('two agents and a router follow their cluster through good and bad times', async (t) => {
    const world = await open(t);
    const cluster = new TestCluster(tempDir(t), world.newSource);
    t.teardown(() => cluster.stop());
    await world.put([sampleNode(1), sampleNode(2), sampleService(1), sampleSlice(1, [1, 2])]);
    const flags = ['--advertise-cluster-ip', '--peer-router-ips=192.168.1.254', '--peer-router-asns=64513'];
    const one = await cluster.start('node-1', ['192.168.1.11/24'], flags);
    const two = await cluster.start('node-2', ['192.168.1.12/24'], flags);
    const router = new BgpSpeaker(
      { localAs: 64513, routerId: '192.168.1.254', listen: [{ port: 179 }], maximumPaths: 8 },
      { sockets: cluster.network.host('192.168.1.254'), clock: cluster.clock, random: seededRandom(3) },
    );
    for (const address of ['192.168.1.11', '192.168.1.12']) {
      router.addPeer({ address, remoteAs: 64512, importPolicy: acceptAll, exportPolicy: acceptAll });
    }
    await router.start();
    t.teardown(() => router.close({ graceMilliseconds: 100 }));
    const heard = (): ReadonlyMap<string, number> =>
      new Map(router.rib({ limit: 5000 }).routes.map(({ prefix, paths }) => [prefix, paths.length]));
    const isWhole = (): boolean =>
      one.session('192.168.1.12') === 'established' &&
      one.learned().join() === '10.48.2.0/24 via 192.168.1.12' &&
      two.learned().join() === '10.48.1.0/24 via 192.168.1.11' &&
      heard().get('10.48.1.0/24') === 1 &&
      heard().get(clusterIp(1)) === 2;
    await eventually(isWhole, LONG);

    /** Looks all the time that nothing is lost. */
    const staysWhole = async (milliseconds: number): Promise<boolean> => {
      const end = performance.now() + milliseconds;
      while (performance.now() < end) {
        if (!isWhole()) return false;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return true;
    };
    const isTold = (): boolean => cluster.sources.every((source) => source.status().state === 'unreachable');
    const isInSync = (): boolean => cluster.sources.every((source) => source.status().state === 'in-sync');

    await t.test('the place of the facts goes away and comes back', async (t) => {
      await world.away();
      await eventually(isTold, LONG);
      t.ok(await staysWhole(outage), 'sessions and routes stay');
      await world.back();
      await world.put([sampleService(2), sampleSlice(2, [1, 2])]);
      await eventually(() => heard().get(clusterIp(2)) === 2 && isInSync(), LONG);
      t.ok(isWhole());
    });

    await t.test('it goes silent without a word, and changes while it cannot be heard', async (t) => {
      if (world.silence === null) {
        t.pass('a folder has no connections');
        return;
      }
      world.silence.silent();
      await eventually(isTold, LONG);
      await world.remove(sampleService(2));
      await world.put([sampleService(3), sampleSlice(3, [1, 2])]);
      await world.forgetHistory?.();
      t.ok(await staysWhole(outage), 'sessions and routes stay');
      t.equal(heard().get(clusterIp(2)), 2, 'what is not known to be gone is announced');
      world.silence.heard();
      await eventually(() => heard().get(clusterIp(3)) === 2 && !heard().has(clusterIp(2)), LONG);
      t.ok(isWhole());
    });

    await t.test('500 services come in one go', async (t) => {
      const numbers = Array.from({ length: 500 }, (_, n) => 10 + n);
      await world.put(numbers.flatMap((n) => [sampleService(n), sampleSlice(n, [1, 2])]));
      const missing = (): readonly string[] =>
        numbers.map(clusterIp).filter((prefix) => heard().get(prefix) !== 2);
      await eventually(() => missing().length === 0, LONG);
      t.ok(isWhole());
    });
  });
}
