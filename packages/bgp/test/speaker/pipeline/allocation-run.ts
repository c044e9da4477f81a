// Measures what a warmed pipeline allocates for as many routes as it is told, and prints it as JSON. A process of its own, because
// it needs the flags `METERED`.
import { pipeline } from '../pipeline-fixture.js';
import { type Allocated, AllocationMeter } from './allocation-meter.js';
import { quietPeer } from './quiet-peers.js';
import { tableOf, type UpdateStream, withdrawalOf } from './table-stream.js';

/** What one pass over a table allocated. */
export interface AllocationRow extends Allocated {
  /** How many routes an UPDATE has in the mean: `1`, `7`, `500`. */
  readonly perUpdate: number;
  /** `load` of an empty table, `change` of all attributes, the same `again`, all routes `gone`. */
  readonly pass: 'load' | 'change' | 'again' | 'gone';
  readonly routes: number;
  readonly updates: number;
}

/** Input of one turn, as a turn of some milliseconds takes it. */
const TURN_OCTETS = 65_536;

async function main(scale: number): Promise<AllocationRow[]> {
  const meter = new AllocationMeter();
  await meter.calibrate();
  const p = pipeline();
  const from = p.openPeer(quietPeer(0));
  p.openPeer(quietPeer(1));
  const settle = (): void => {
    while (p.work(() => true)) meter.sample();
  };
  const feed = ({ bytes, starts, ends }: UpdateStream): void => {
    let turn = 0;
    for (let i = 0; i < starts.length; i++) {
      p.receive(from, bytes, starts[i]!, ends[i]!);
      if (ends[i]! - turn < TURN_OCTETS) continue;
      turn = ends[i]!;
      p.work(() => true);
      meter.sample();
    }
    settle();
  };
  settle();
  const rows: AllocationRow[] = [];
  for (const [perUpdate, most, share] of [
    [7, scale, (random: () => number) => 1 + Math.floor(random() * 13)],
    [1, scale / 4, () => 1],
    [500, scale, () => 500],
  ] as const) {
    const routes = Math.round(most);
    const first = tableOf(routes, share, 1);
    const second = tableOf(routes, share, 2);
    const gone = withdrawalOf(routes);
    for (const stream of [first, second, gone]) feed(stream);
    for (const [pass, stream] of [
      ['load', first],
      ['change', second],
      ['again', second],
      ['gone', gone],
    ] as const) {
      await meter.begin();
      feed(stream);
      const updates = stream.starts.length;
      rows.push({ perUpdate, pass, routes, updates, ...(await meter.end()) });
    }
  }
  meter.close();
  return rows;
}

console.log(JSON.stringify(await main(Number(process.argv[2]))));
