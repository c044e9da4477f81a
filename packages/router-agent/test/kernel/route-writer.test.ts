import { randomBytes } from 'node:crypto';
import { netns, openNetlink, type Route } from '@peerage/linux';
import { needs } from '@peerage/test-fixtures';
import { NetlinkKernel } from '../../src/fib/netlink-kernel.js';
import { formatIp } from '../../src/items/ip.js';
import { linuxKernel } from '../../src/linux-kernel.js';
import { kernelSuite } from '../fib/kernel-suite.js';

const suite = (name: string, objectFrom: number | undefined): void =>
  kernelSuite(
    name,
    async () => {
      const namespace = `ra-${randomBytes(4).toString('hex')}`;
      await netns.createNamespace(namespace);
      const cable = (name: string, addresses: readonly string[]) =>
        netns.vethPair({ namespace, name, addresses }, { namespace, name: `${name}-end` });
      await cable('one', ['192.0.2.1/24', '2001:db8::1/64']);
      await cable('two', ['198.51.100.1/24', '2001:db8:2::1/64']);
      const netlink = await openNetlink({ namespace });
      const ip = (...args: string[]) => netns.exec(namespace, ['ip', ...args]);
      const words = (route: Route) => {
        const to = `${formatIp(route.destination)}/${route.prefixLength}`;
        const via = formatIp(route.nextHops[0]?.gateway ?? new Uint8Array(4));
        return [`-${route.family}`, to, 'via', via, 'proto', String(route.protocol)] as const;
      };
      return {
        kernel: new NetlinkKernel(netlink, objectFrom === undefined ? {} : { objectFrom }),
        subscribe: (listener) => linuxKernel(netlink).subscribe(listener),
        setLink: async (name, up) => {
          await ip('link', 'set', name, up ? 'up' : 'down');
          // IPv6 addresses go with the link; whoever set them sets them again.
          if (up)
            await ip(
              'address',
              'replace',
              name === 'one' ? '2001:db8::1/64' : '2001:db8:2::1/64',
              'dev',
              name,
              'nodad',
            );
        },
        foreignReplace: async (route) => {
          const [family, ...rest] = words(route);
          await ip(family, 'route', 'replace', ...rest);
        },
        foreignDelete: async (route) => {
          const [family, to, ...rest] = words(route);
          // An IPv4 route by a next hop object is not found by a gateway.
          const way = route.family === 4 ? rest.slice(2) : rest;
          await ip(family, 'route', 'delete', to, ...way);
        },
        close: async () => {
          await netlink.close();
          await netns.deleteNamespace(namespace);
        },
      };
    },
    needs('root'),
  );

suite('Linux', undefined);
// Each set of next hops an object of the kernel, that of a single route too.
suite('Linux with next hop objects', 1);
