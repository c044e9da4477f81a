/**
 * How fast routes reach the kernel: this package beside `ip -batch`, the same routes in the same run, in a network
 * namespace of its own. Needs root. `node --import=tsx packages/linux/bench/routes.ts [routes] [rounds]`
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mainTable, type NextHop, openNetlink, type Route, RouteBatch } from '../src/index.js';

const count = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 3);
const namespace = `peerage-bench-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'peerage-bench-'));

const gateway4 = (last: number): NextHop => ({ gateway: Uint8Array.of(192, 0, 2, last) });
const gateway6 = (last: number): NextHop => ({
  gateway: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last),
});

interface Case {
  readonly name: string;
  readonly family: 4 | 6;
  readonly nextHops: readonly NextHop[];
}

const cases: readonly Case[] = [
  { name: 'IPv4, one next hop', family: 4, nextHops: [gateway4(2)] },
  { name: 'IPv4, four next hops', family: 4, nextHops: [2, 3, 4, 5].map(gateway4) },
  { name: 'IPv6, one next hop', family: 6, nextHops: [gateway6(2)] },
  { name: 'IPv6, four next hops', family: 6, nextHops: [2, 3, 4, 5].map(gateway6) },
];

function destination(family: 4 | 6, number: number): Uint8Array {
  const high = (number >> 16) & 0xff;
  const middle = (number >> 8) & 0xff;
  const low = number & 0xff;
  if (family === 4) return Uint8Array.of(16 + high, middle, low, 0);
  return Uint8Array.of(0x2a, 0, 0, high, middle, low, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

function route({ family, nextHops }: Case, number: number): Route {
  const prefixLength = family === 4 ? 24 : 48;
  const common = { family, prefixLength, table: mainTable, protocol: 17, metric: 0, nextHops };
  return { ...common, destination: destination(family, number) };
}

function addressText(address: Uint8Array): string {
  if (address.length === 4) return address.join('.');
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(((address[at]! << 8) | address[at + 1]!).toString(16));
  return groups.join(':');
}

function ipCommand({ destination: to, prefixLength, nextHops }: Route): string {
  const vias = nextHops.map(({ gateway }) => `via ${addressText(gateway!)}`);
  const hops = vias.length === 1 ? vias[0] : vias.map((via) => `nexthop ${via}`).join(' ');
  return `route add ${addressText(to)}/${prefixLength} proto 17 ${hops}`;
}

function flush(family: 4 | 6): void {
  execFileSync('ip', [`-${family}`, '-n', namespace, 'route', 'flush', 'proto', '17']);
}

async function measureOurs(subject: Case): Promise<number> {
  const netlink = await openNetlink({ namespace });
  const started = performance.now();
  const batch = new RouteBatch();
  for (let number = 0; number < count; number++) batch.create(route(subject, number));
  const failures = await netlink.routes.apply(batch);
  const milliseconds = performance.now() - started;
  if (failures.length > 0) throw new Error(`${failures.length} failures, first: ${failures[0]?.message}`);
  let standing = 0;
  for await (const slice of netlink.routes.dump({ family: subject.family, protocol: 17 })) {
    standing += slice.length;
  }
  if (standing !== count) throw new Error(`${standing} routes stand, ${count} were written`);
  await netlink.close();
  return milliseconds;
}

function measureIp(subject: Case): number {
  const file = join(folder, 'routes');
  const lines = Array.from({ length: count }, (_, number) => ipCommand(route(subject, number)));
  writeFileSync(file, `${lines.join('\n')}\n`);
  const started = performance.now();
  execFileSync('ip', [`-${subject.family}`, '-n', namespace, '-batch', file]);
  return performance.now() - started;
}

const rate = (milliseconds: number): string => Math.round((count * 1000) / milliseconds).toLocaleString('en');

execFileSync('ip', ['netns', 'add', namespace]);
try {
  const setup = [
    'link add one type veth peer name two',
    'link set one up',
    'link set two up',
    'address add 192.0.2.1/24 dev one',
    'address add 2001:db8::1/64 dev one nodad',
  ];
  for (const line of setup) execFileSync('ip', ['-n', namespace, ...line.split(' ')]);
  console.log(`${count} routes, best of ${rounds} rounds, from encoding to the last acknowledgement`);
  for (const subject of cases) {
    let ours = Number.POSITIVE_INFINITY;
    let theirs = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round++) {
      ours = Math.min(ours, await measureOurs(subject));
      flush(subject.family);
      theirs = Math.min(theirs, measureIp(subject));
      flush(subject.family);
    }
    console.log(`${subject.name}: ${rate(ours)} routes/s, ip -batch ${rate(theirs)} routes/s`);
  }
} finally {
  execFileSync('ip', ['netns', 'delete', namespace]);
  rmSync(folder, { recursive: true });
}
