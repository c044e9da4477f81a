import { Worker } from 'node:worker_threads';
import type { Finding, TargetReport, WorkerOrder, WorkerReport } from './finding.js';
import { Journal } from './journal.js';

/** How a run is to be. */
export interface FuzzPlan {
  readonly seed: number;
  readonly seconds: number;
  /** Names, or paths of modules; none means all. */
  readonly targets: readonly string[];
  /** How long one input may take before it counts as one that never ends. */
  readonly hangSeconds: number;
  /** Heap of the worker: an input that needs more is a finding. */
  readonly heapMegabytes: number;
  /** Kinds of findings after which the run is over. */
  readonly enough: number;
  onProgress(progress: FuzzProgress): void;
}

export interface FuzzProgress {
  readonly seconds: number;
  readonly covered: number;
  readonly targets: readonly TargetReport[];
  readonly findings: readonly Finding[];
}

/** Runs a worker for the time of the plan, and a new one after each input that hangs or takes all memory. */
export async function fuzz(plan: FuzzPlan): Promise<FuzzProgress> {
  const findings: Finding[] = [];
  const start = performance.now();
  const passed = (): number => (performance.now() - start) / 1000;
  let last: FuzzProgress = { seconds: 0, covered: 0, targets: [], findings };
  const finished: TargetReport[][] = [];
  for (let run = 0; findings.length < plan.enough; run++) {
    const left = plan.seconds - (run === 0 ? 0 : passed());
    if (left <= 0) break;
    let reports: readonly TargetReport[] = [];
    const order = { seed: plan.seed + run, seconds: left, targets: plan.targets };
    const outcome = await runWorker(plan, order, {
      finding: (finding) => {
        addTo(findings, finding);
        return findings.length >= plan.enough;
      },
      progress: (covered, targets) => {
        reports = targets;
        last = {
          seconds: passed(),
          covered: Math.max(covered, last.covered),
          targets: sum([...finished, [...targets]]),
          findings,
        };
        plan.onProgress(last);
      },
    });
    finished.push([...reports]);
    if (outcome === 'done') break;
    addTo(findings, outcome);
  }
  return { ...last, seconds: passed(), findings };
}

function addTo(findings: Finding[], finding: Finding): void {
  if (!findings.some(({ kind, target }) => kind === finding.kind && target === finding.target))
    findings.push(finding);
}

/** Reports of several workers, by target. */
function sum(runs: readonly (readonly TargetReport[])[]): TargetReport[] {
  const byName = new Map<string, TargetReport>();
  for (const report of runs.flat()) {
    const other = byName.get(report.name);
    byName.set(report.name, {
      name: report.name,
      executions: report.executions + (other?.executions ?? 0),
      corpus: report.corpus,
      milliseconds: report.milliseconds + (other?.milliseconds ?? 0),
      slowestMilliseconds: Math.max(report.slowestMilliseconds, other?.slowestMilliseconds ?? 0),
    });
  }
  return [...byName.values()];
}

interface Listener {
  /** Whether it was enough. */
  finding(finding: Finding): boolean;
  progress(covered: number, targets: readonly TargetReport[]): void;
}

/** One worker, until it is done or its input shows itself as a finding. */
function runWorker(
  plan: FuzzPlan,
  order: Omit<WorkerOrder, 'memory'>,
  listener: Listener,
): Promise<'done' | Finding> {
  const journal = new Journal();
  const worker = new Worker(bootstrap(), {
    eval: true,
    execArgv: ['--conditions=@peerage/source'],
    workerData: { ...order, memory: journal.memory } satisfies WorkerOrder,
    resourceLimits: { maxOldGenerationSizeMb: plan.heapMegabytes },
  });
  return new Promise((resolve, reject) => {
    let names: readonly string[] = [];
    let isReady = false;
    let seen = -1;
    let since = performance.now();
    const current = (kind: string, message: string): Finding => ({
      target: names[journal.target] ?? `number ${journal.target}`,
      kind: `${kind} in target ${journal.target}`,
      message,
      input: Buffer.from(journal.input).toString('hex'),
    });
    const finish = (outcome: 'done' | Finding): void => {
      clearInterval(watch);
      void worker.terminate().then(() => resolve(outcome));
    };
    const watch = setInterval(() => {
      const { count } = journal;
      if (count !== seen || !isReady) {
        seen = count;
        since = performance.now();
      } else if (performance.now() - since > 1000 * plan.hangSeconds) {
        finish(current('hang', `an input does not end within ${plan.hangSeconds} s`));
      }
    }, 250);
    worker.on('message', (report: WorkerReport) => {
      if (report.type === 'ready') {
        isReady = true;
        names = report.names;
      } else if (report.type === 'finding') {
        if (listener.finding(report.finding)) finish('done');
      } else {
        listener.progress(report.covered, report.targets);
        if (report.isLast) finish('done');
      }
    });
    worker.on('error', (error: Error & { readonly code?: string }) => {
      clearInterval(watch);
      if (!isReady) reject(error);
      else if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
        resolve(current('memory', `an input takes more than ${plan.heapMegabytes} MB of heap`));
      else
        resolve(
          current(
            `${error.name}: ${error.message}`,
            `it throws outside of its call: ${error.stack ?? error.message}`,
          ),
        );
    });
  });
}

/** `tsx` looks after the main thread only: the worker registers it for itself. */
function bootstrap(): string {
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const entry = JSON.stringify(new URL('./worker.ts', import.meta.url).href);
  return `import(${loader}).then((tsx) => { tsx.register(); return import(${entry}); });`;
}
