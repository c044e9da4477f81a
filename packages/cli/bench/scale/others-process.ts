// All other nodes of a big cluster and its external router, as speakers in one process, in a namespace of its own. It tells when the
// node that is measured has reached all of them, when its external router knows all services, and when it says that it is ready.
import { setTimeout as sleep } from 'node:timers/promises';
import { acceptAll, BgpSpeaker } from '@peerage/bgp';
import { nodePorts } from '@peerage/bgp/node';
import { addressOf, clusterAs, podRangeOf, router, type World } from './world.js';

/** What this process tells. `at` in milliseconds since 1970. */
export interface OthersMessage {
  readonly event: 'listening' | 'sessions' | 'services' | 'ready';
  readonly at: number;
}

const world = JSON.parse(process.argv[2] ?? '') as World;
const measured = addressOf(1);
const tell = (event: OthersMessage['event']): void => void process.send?.({ event, at: Date.now() });
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));

const ports = nodePorts();
let established = 0;

async function open(address: string, as: number, prefixes: readonly string[]): Promise<BgpSpeaker> {
  const speaker = new BgpSpeaker({ localAs: as, routerId: address, listen: [{ address, port: 179 }] }, ports);
  speaker.addPeer({
    address: measured,
    remoteAs: clusterAs,
    localAddress: address,
    passive: true,
    importPolicy: acceptAll,
    exportPolicy: acceptAll,
  });
  speaker.on('peer:established', () => {
    if (++established === world.nodes) tell('sessions');
  });
  speaker.on('peer:down', () => void established--);
  speaker.announce({ prefixes: [...prefixes] });
  await speaker.start();
  return speaker;
}

for (let n = 2; n <= world.nodes; n++) await open(addressOf(n), clusterAs, [podRangeOf(n)]);
const outside = await open(router.address, router.as, ['172.16.0.0/16']);
tell('listening');

/** The services and the node's own pod range, beside what the router itself announces. */
const expected = world.services + 2;
while ((outside.status().families.find(({ family }) => family === 'ipv4-unicast')?.prefixes ?? 0) < expected)
  await sleep(20);
tell('services');
for (;;) {
  const answer = await fetch(`http://${measured}:20244/readyz`).catch(() => null);
  if (answer?.ok === true) break;
  await sleep(50);
}
tell('ready');
