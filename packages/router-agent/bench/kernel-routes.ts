/**
 * How fast routes come from BGP into the kernel, beside `ip -batch`, BIRD and FRR with the same routes:
 *
 *   npm run bench:kernel -- [--n 1000000] [--family 4|6] [--ecmp 4] [--runs 5] [--pin] [--only NAME,…] [--beside TREE] [--json FILE]
 *
 * Each one runs in a network namespace of its own with a feeder at the other end of a cable; they take turns. Time is from the first
 * UPDATE that is sent until the last route stands: ours says itself when its last write was acknowledged, of the others the kernel is
 * asked. Then a dump is compared with the table, every prefix and every next hop. `--pin` gives the one who is measured the first core
 * and the feeder the second. `--beside` measures the agent of another checkout too. Needs root.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bird, type Contestant, frr, ipBatch, peerage } from './kernel-routes/contestants.js';
import { measure, type Result, withTeardown } from './kernel-routes/measure.js';
import { printTable } from './kernel-routes/report.js';
import { type RouteTable, routeTable } from './kernel-routes/route-set.js';
import { makeSegment } from './kernel-routes/segment.js';
import { Verifier } from './kernel-routes/verify.js';

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '1000000' },
    family: { type: 'string', default: '4' },
    ecmp: { type: 'string', default: '1' },
    runs: { type: 'string', default: '5' },
    pin: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    beside: { type: 'string' },
    json: { type: 'string' },
  },
});
const family = values.family === '6' ? 6 : 4;
const table = routeTable({ family, count: Number(values.n), ways: Number(values.ecmp) });

const all: readonly Contestant[] = [
  peerage('peerage', null),
  ...(values.beside === undefined ? [] : [peerage('peerage before', values.beside)]),
  bird,
  frr,
];
const wanted = values.only.split(',').filter(Boolean);
const isWanted = (name: string): boolean =>
  wanted.length === 0 || wanted.some((each) => name.startsWith(each));
const contestants = all.filter(({ name, commands }) => isWanted(name) && commands.every(isInstalled));

function isInstalled(command: string): boolean {
  const path = `${process.env.PATH}:/usr/sbin:/usr/lib/frr`;
  try {
    execFileSync('which', [command], { env: { ...process.env, PATH: path }, stdio: 'ignore' });
    return true;
  } catch {
    console.error(`${command} is not installed: left out`);
    return false;
  }
}

/** `ip -batch`, measured as the others. */
async function measureIp(of: RouteTable): Promise<Result> {
  return withTeardown(async (t) => {
    const segment = await makeSegment(t, of);
    const { seconds, cpu } = await ipBatch(t, segment, of, values.pin);
    const verifier = new Verifier(of, new Set());
    const verdict = await verifier.compare(segment.netlink, 17);
    return { name: 'ip -batch', seconds, cpu, mebibytes: null, ok: verifier.isRight(verdict), verdict };
  });
}

const results: Result[] = [];
for (let run = 0; run < Number(values.runs); run++) {
  const turn: (() => Promise<Result>)[] = contestants.map((each) => () => measure(each, table, values.pin));
  if (isWanted('ip -batch')) turn.unshift(() => measureIp(table));
  // Who begins changes, so that nobody always follows the same one.
  for (let k = 0; k < turn.length; k++) {
    const result = await turn[(k + run) % turn.length]!();
    results.push(result);
    const { name, seconds, cpu, ok, verdict } = result;
    console.log(
      `run ${run + 1}: ${name}: ${seconds.toFixed(2)} s, ${cpu.toFixed(2)} s of processor, ${ok ? 'ok' : JSON.stringify(verdict)}`,
    );
    const line = { run, family, n: table.count, ecmp: table.ways, pin: values.pin, ...result };
    if (values.json !== undefined) appendFileSync(values.json, `${JSON.stringify(line)}\n`);
  }
}
printTable(table, results);
process.exit(results.every(({ ok }) => ok) ? 0 : 1);
