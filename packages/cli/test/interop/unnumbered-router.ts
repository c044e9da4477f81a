// A router of ours in a network namespace: `node unnumbered-router.ts CONFIG`, CONFIG being JSON. It peers over interfaces, puts
// what it learns into the kernel, and prints what it has, a line of JSON whenever that changes.

import { acceptAll, BgpSpeaker, type RouteChanges } from '@peerage/bgp';
import { nodePorts, tcpSocketFactory } from '@peerage/bgp/node';
import { openNetlink, RouteBatch } from '@peerage/linux';
import { linuxNeighbourDiscovery } from '@peerage/linux/icmp6';
import { linuxTcpSockets } from '@peerage/linux/tcp';

export interface RouterConfig {
  readonly as: number;
  readonly routerId: string;
  readonly interface: string;
  readonly prefixes: readonly string[];
}

export interface RouterState {
  readonly state: string;
  readonly remoteAs: number;
  readonly neighbour?: string;
  readonly flaps: number;
  /** Next hops by prefix, as the kernel was given them. */
  readonly routes: Readonly<Record<string, string>>;
}

const config = JSON.parse(process.argv[2] ?? '{}') as RouterConfig;
const sockets = tcpSocketFactory(linuxTcpSockets());
const discovery = linuxNeighbourDiscovery({ pollMilliseconds: 50 });
const speaker = new BgpSpeaker(
  { localAs: config.as, routerId: config.routerId, listen: [{ port: 179 }] },
  nodePorts({ sockets, discovery }),
);
const netlink = await openNetlink();
const link = await netlink.links.get(config.interface);
const routes: Record<string, string> = {};

speaker.addRouteSink({ routes: (changes) => void install(changes), inSync() {} });
speaker.addPeer({
  interface: config.interface,
  remoteAs: 'external',
  connectRetryTime: 1,
  idleHoldTime: 0.5,
  importPolicy: acceptAll,
  exportPolicy: acceptAll,
});
speaker.announce({ prefixes: config.prefixes });
await speaker.start();

let printed = '';
setInterval(() => {
  const { state, remoteAs, neighbour, flaps } = speaker.peer(config.interface)!;
  const now: RouterState = { state, remoteAs, flaps, routes, ...(neighbour !== undefined && { neighbour }) };
  const line = JSON.stringify(now);
  if (line !== printed) console.log(line);
  printed = line;
}, 50);

async function install(changes: RouteChanges): Promise<void> {
  const batch = new RouteBatch();
  const words = { a: 0, b: 0, c: 0, d: 0, length: 0 };
  for (let i = 0; i < changes.length; i++) {
    if (changes.isLocal(i)) continue;
    changes.readPrefix(i, words);
    const family = changes.family.afi === 1 ? 4 : 6;
    const destination = new Uint8Array(family === 4 ? 4 : 16);
    const view = new DataView(destination.buffer);
    for (const [at, word] of [words.a, words.b, words.c, words.d].entries()) {
      if (at * 4 < destination.length) view.setUint32(at * 4, word);
    }
    const base = {
      family,
      destination,
      prefixLength: words.length,
      table: 254,
      protocol: 17,
      metric: 0,
    } as const;
    const name = `${Buffer.from(destination).toString('hex')}/${words.length}`;
    if (changes.nextHopCount(i) === 0) {
      batch.delete({ ...base, nextHops: [] });
      delete routes[name];
      continue;
    }
    const id = changes.nextHopId(i, 0);
    const device = changes.nextHopInterface(id);
    const interfaceIndex = device === config.interface ? link?.index : undefined;
    const gateway = changes.nextHopAddress(id).slice();
    batch.replace({
      ...base,
      nextHops: [{ gateway, ...(interfaceIndex !== undefined && { interfaceIndex }) }],
    });
    routes[name] = `${Buffer.from(gateway).toString('hex')}%${device}`;
  }
  const failures = await netlink.routes.apply(batch);
  for (const { message } of failures) console.error(message);
}
