// The thread that fuzzes. It may hang or run out of memory: the watchdog in `watchdog.ts` sees to that.

import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { Campaign, type Workshop } from './campaign.js';
import { Coverage } from './coverage.js';
import type { WorkerOrder, WorkerReport } from './finding.js';
import { Journal } from './journal.js';
import { loadTargets } from './load-targets.js';
import { InputRunner } from './run-input.js';

const REPORT_MILLISECONDS = 5_000;

async function work(order: WorkerOrder, tell: (report: WorkerReport) => void): Promise<void> {
  const targets = await loadTargets(order.targets);
  const coverage = new Coverage(/\/packages\/bgp\/src\//);
  const shop: Workshop = {
    coverage,
    runner: new InputRunner(),
    journal: new Journal(order.memory),
    seed: order.seed,
    found: (finding) => tell({ type: 'finding', finding }),
  };
  const campaigns = targets.map((target, index) => new Campaign(target, index, shop));
  const report = (isLast: boolean): void =>
    tell({
      type: 'progress',
      covered: coverage.total,
      targets: campaigns.map((campaign) => campaign.report),
      isLast,
    });
  await coverage.start();
  tell({ type: 'ready', names: targets.map(({ name }) => name) });
  for (const campaign of campaigns) await campaign.plant();
  const end = performance.now() + 1000 * order.seconds;
  let nextReport = performance.now();
  while (performance.now() < end) {
    for (const campaign of campaigns) {
      if (performance.now() < end) await campaign.advance();
    }
    if (performance.now() < nextReport) continue;
    nextReport = performance.now() + REPORT_MILLISECONDS;
    report(false);
  }
  await coverage.stop();
  report(true);
}

const port = parentPort;
if (port === null) throw new Error('worker.ts is started by the watchdog');
await work(workerData as WorkerOrder, (message) => port.postMessage(message));
