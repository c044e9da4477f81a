/**
 * The program that is measured as ours: a speaker and the way of its routes into the kernel, as the agent puts them together; all of it
 * as it was built, because loaders change what is run.
 */
import { acceptAll, BgpSpeaker, rejectAll } from '@peerage/bgp';
import { nodePorts } from '@peerage/bgp/node';
import { openNetlink } from '@peerage/linux';
import type { RouteKernel } from '../../src/fib/route-kernel.js';
import { formatIp } from '../../src/items/ip.js';
import { feederHost, ownHost, segmentAddress, type TableShape } from './route-set.js';
import { feederAs, ownAs } from './update-stream.js';

export type AgentReport =
  | { readonly kind: 'ready' }
  /** Nothing waits any more: when the last acknowledgement came, and what stands. */
  | { readonly kind: 'settled'; readonly at: string; readonly wanted: number; readonly acknowledged: number }
  | { readonly kind: 'log'; readonly text: string };

const shape: TableShape = JSON.parse(process.argv[2] ?? '');
const { family, ways, count } = shape;
const name = family === 4 ? 'ipv4-unicast' : 'ipv6-unicast';
const own = formatIp(segmentAddress(family, ownHost));
const built = (file: string): string => new URL(`../../dist/${file}`, import.meta.url).href;
const { LearnedRoutes }: typeof import('../../src/fib/learned-routes.js') = await import(
  built('fib/learned-routes.js')
);
const { linuxKernel }: typeof import('../../src/linux-kernel.js') = await import(built('linux-kernel.js'));
const quietMilliseconds = 1_000;

function tell(report: AgentReport): void {
  process.send?.(report);
}

const ports = nodePorts();
const netlink = await openNetlink();
const kernel = linuxKernel(netlink);
let lastAnswer = process.hrtime.bigint();
const routes: RouteKernel = {
  async write(writes) {
    const failures = await kernel.routes.write(writes);
    lastAnswer = process.hrtime.bigint();
    return failures;
  },
  dump: (of, protocol, wanted) => kernel.routes.dump(of, protocol, wanted),
};
const learned = new LearnedRoutes({
  kernel: { ...kernel, routes },
  clock: ports.clock,
  auditPeriod: 600_000,
  deferral: 600_000,
  events: {
    log: (level, event, fields) => tell({ kind: 'log', text: `${level} ${event} ${String(fields.message)}` }),
    received: () => {},
    audited: () => {},
    beat: () => {},
  },
});
await learned.start();
const listen = [{ address: own, port: 179 }];
const speaker = new BgpSpeaker({ localAs: ownAs, routerId: '192.0.2.1', listen, maximumPaths: 16 }, ports);
learned.attach(speaker);
for (let feeder = 0; feeder < ways; feeder++) {
  speaker.addPeer({
    address: formatIp(segmentAddress(family, feederHost(feeder))),
    remoteAs: feederAs,
    passive: true,
    families: [name],
    importPolicy: acceptAll,
    exportPolicy: rejectAll,
  });
}
learned.peersSettled();
await speaker.start();
tell({ kind: 'ready' });

let told = 0n;
const fib = family === 4 ? learned.fib.ipv4 : learned.fib.ipv6;
setInterval(() => {
  const quietFor = Number(process.hrtime.bigint() - lastAnswer) / 1e6;
  const done = fib.wantedCount === count && learned.fib.pending === 0 && quietFor > quietMilliseconds;
  if (!done || told === lastAnswer) return;
  told = lastAnswer;
  tell({ kind: 'settled', at: String(lastAnswer), wanted: fib.wantedCount, acknowledged: fib.ackedCount });
}, 250);
process.on('disconnect', () => process.exit(0));
