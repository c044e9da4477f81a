import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptAll, BgpSpeaker } from '@peerage/bgp';
import { nodePorts } from '@peerage/bgp/node';
import { netns, openNetlink } from '@peerage/linux';
import { eventually, needs } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { LearnedRoutes } from '../../src/fib/learned-routes.js';
import { formatIp } from '../../src/items/ip.js';
import { linuxKernel } from '../../src/linux-kernel.js';

const count = 100_000;
const foreignCount = 50;
const gateways = 16;

const families = {
  4: {
    name: 'ipv4-unicast',
    own: '192.0.2.1',
    prefix: (i: number) => `${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.0/24`,
    gateway: (i: number) => `192.0.2.${10 + (i % gateways)}`,
  },
  6: {
    name: 'ipv6-unicast',
    own: '2001:db8::1',
    prefix: (i: number) => `2a00:${(1 + (i >> 15)).toString(16)}:${(1 + (i & 0x7fff)).toString(16)}::/48`,
    gateway: (i: number) => `2001:db8::${(0x10 + (i % gateways)).toString(16)}`,
  },
} as const;

/** A namespace with a cable at 192.0.2.1/24 and 2001:db8::1/64. */
async function namespaceWithCable(t: Test): Promise<string> {
  const namespace = `ra-${randomBytes(4).toString('hex')}`;
  await netns.createNamespace(namespace);
  t.teardown(() => netns.deleteNamespace(namespace));
  const addresses = ['192.0.2.1/24', '2001:db8::1/64'];
  await netns.vethPair({ namespace, name: 'one', addresses }, { namespace, name: 'two' });
  return namespace;
}

/** Seconds that `ip -batch` takes for the same routes, in a namespace of its own. */
async function ipBatch(t: Test, family: 4 | 6): Promise<number> {
  const { prefix, gateway } = families[family];
  const namespace = await namespaceWithCable(t);
  const file = join(tmpdir(), `${namespace}.batch`);
  const lines = Array.from({ length: count }, (_, i) => `route add ${prefix(i)} via ${gateway(i)} proto 17`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  t.teardown(() => rmSync(file, { force: true }));
  const began = performance.now();
  await netns.exec(namespace, ['ip', `-${family}`, '-batch', file], { timeoutMilliseconds: 120_000 });
  return (performance.now() - began) / 1000;
}

for (const family of [4, 6] as const) {
  const { name, own, prefix, gateway } = families[family];
  const options = { ...needs('root', 'command:ip'), timeout: 240_000 };
  t.test(
    `IPv${family}: ${count} learned routes are in the kernel, each with its next hop`,
    options,
    async (t) => {
      const namespace = await namespaceWithCable(t);
      const netlink = await openNetlink({ namespace });
      t.teardown(() => netlink.close());
      // Every 2000th prefix is taken by somebody else's route.
      const taken = new Set(Array.from({ length: foreignCount }, (_, i) => i * (count / foreignCount)));
      for (const i of taken) {
        await netns.exec(namespace, [
          'ip',
          `-${family}`,
          'route',
          'add',
          prefix(i),
          'dev',
          'one',
          'proto',
          'static',
        ]);
      }

      const ports = nodePorts();
      let firstUpdate = 0;
      let foreign = 0;
      const learned = new LearnedRoutes({
        kernel: linuxKernel(netlink),
        clock: ports.clock,
        auditPeriod: 600_000,
        deferral: 600_000,
        events: {
          log: (_level, event, fields) => {
            if (event === 'route.foreign') foreign += Number(fields.count);
            else t.comment(`${event} ${JSON.stringify(fields)}`);
          },
          received: () => {},
          audited: () => {},
          beat: () => {},
        },
      });
      await learned.start();
      const receiver = new BgpSpeaker(
        { localAs: 64512, routerId: '192.0.2.1', listen: [{ address: '127.0.0.1', port: 0 }] },
        ports,
      );
      learned.attach(receiver);
      receiver.addPeer({
        address: '127.0.0.2',
        remoteAs: 64513,
        passive: true,
        families: [name],
        nextHop: { [name]: own },
        importPolicy: acceptAll,
        exportPolicy: acceptAll,
      });
      await receiver.start();
      const sender = new BgpSpeaker({ localAs: 64513, routerId: '127.0.0.2' }, ports);
      for (let g = 0; g < gateways; g++) {
        const prefixes = Array.from({ length: count / gateways }, (_, k) => prefix(k * gateways + g));
        sender.announce({ prefixes, nextHop: gateway(g) });
      }
      sender.addPeer({
        address: '127.0.0.1',
        localAddress: '127.0.0.2',
        remoteAs: 64512,
        port: receiver.listening[0]?.port ?? 0,
        families: [name],
        nextHop: { [name]: gateway(0) },
        importPolicy: acceptAll,
        exportPolicy: acceptAll,
      });
      t.teardown(async () => {
        await sender.close({ graceMilliseconds: 100 });
        await receiver.close({ graceMilliseconds: 100 });
        await learned.stop();
      });
      receiver.on('peer:established', () => {
        firstUpdate = performance.now();
      });
      await sender.start();
      const fib = family === 4 ? learned.fib.ipv4 : learned.fib.ipv6;
      await eventually(() => fib.ackedCount === count - foreignCount, { timeout: 120_000, interval: 5 });
      const seconds = (performance.now() - firstUpdate) / 1000;
      await eventually(() => foreign === foreignCount);

      const expected = new Map(Array.from({ length: count }, (_, i) => [prefix(i), i]));
      let right = 0;
      let wrong = 0;
      let left = 0;
      for await (const slice of netlink.routes.dump({ family, table: 254 })) {
        for (const route of slice) {
          const i = expected.get(`${formatIp(route.destination)}/${route.prefixLength}`);
          if (i === undefined) continue;
          const [hop] = route.nextHops;
          if (taken.has(i)) {
            if (route.protocol === 4 && hop?.gateway === undefined) left++;
            continue;
          }
          const via = hop?.gateway === undefined ? '' : formatIp(hop.gateway);
          if (route.protocol === 17 && route.nextHops.length === 1 && via === gateway(i)) right++;
          else wrong++;
        }
      }
      t.equal(right, count - foreignCount, 'every prefix has its route of protocol 17 with its next hop');
      t.equal(wrong, 0);
      t.equal(left, foreignCount, "somebody else's routes were left alone");
      t.equal(fib.wantedCount, count);

      const batchSeconds = await ipBatch(t, family);
      t.comment(
        `IPv${family}: ${count} routes from the session being up to the last acknowledgement: ${seconds.toFixed(2)} s; ip -batch of the same routes: ${batchSeconds.toFixed(2)} s`,
      );
    },
  );
}
