import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { renderJson } from '../render/json.js';
import { type PlainTable, plainTables } from '../render/plain.js';
import { renderText } from '../render/text.js';
import type { Block, Io } from '../result.js';
import { UsageError } from '../result.js';
import { changeTable } from './changes.js';
import { CNI_PLUGINS } from './cni.js';
import { firstTables, type Verdict } from './first-tables.js';
import { Lab, labNames, newPrefix, takeDown } from './lab.js';
import { type LabMode, labPlan } from './plan.js';

export interface LabOptions {
  readonly keep?: boolean;
  readonly ipv6?: boolean;
  /** Name of a lab to take down, or `all`. */
  readonly down?: string;
  /** All tables and the verdict as one JSON value at the end, in place of text. */
  readonly json?: boolean;
}

const titles: Readonly<Record<LabMode, string>> = {
  ipv4: 'IPv4',
  'dual-stack-one-session': 'dual stack, both families over one IPv4 session',
  'dual-stack-two-sessions': 'dual stack, one session for each family',
};

/** Runs `peerage lab`; the exit status is 0 when everything was as it should be. */
export async function runLab(options: LabOptions, io: Io): Promise<number> {
  requireMachine();
  if (options.down !== undefined) return takeDownNamed(options.down, io);
  const modes: readonly LabMode[] =
    options.ipv6 === true ? ['dual-stack-one-session', 'dual-stack-two-sessions'] : ['ipv4'];
  const failures: string[] = [];
  const labs: { mode: LabMode; tables: readonly PlainTable[] }[] = [];
  for (const [i, mode] of modes.entries()) {
    const keep = options.keep === true && i === modes.length - 1;
    const show: Show = async (blocks) => {
      if (options.json === true) labs.push({ mode, tables: await plainTables(blocks) });
      else await renderText({ json: null, blocks }, io);
    };
    failures.push(...(await runOne(mode, keep, show)));
  }
  if (options.json === true) {
    await renderJson({ blocks: [], json: { ok: failures.length === 0, failures, labs } }, io);
    return failures.length === 0 ? 0 : 1;
  }
  const text =
    failures.length === 0
      ? 'Verdict: everything works as shown.'
      : `Verdict: ${failures.length} of the things shown are not as they should be:\n${failures.map((failure) => `  - ${failure}`).join('\n')}`;
  await renderText({ json: null, blocks: [{ kind: 'text', text: '' }, verdictBlock(text, failures)] }, io);
  return failures.length === 0 ? 0 : 1;
}

function verdictBlock(text: string, failures: readonly string[]): Block {
  return { kind: 'text', text, tone: failures.length === 0 ? 'good' : 'bad' };
}

/** Where a lab shows what it does. */
type Show = (blocks: AsyncIterable<Block>) => Promise<void>;

async function runOne(mode: LabMode, keep: boolean, show: Show): Promise<readonly string[]> {
  const verdict: Verdict = { failures: [] };
  const interrupted = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => interrupted.abort(new Error(`stopped by ${signal}`));
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const plan = labPlan(newPrefix(), mode);
  const lab = new Lab(plan, interrupted.signal);
  let kept = false;
  try {
    await show(demonstrate(lab, verdict, titles[mode], keep, interrupted.signal));
    kept = keep;
  } catch (error) {
    verdict.failures.push((error as Error).message);
  } finally {
    if (kept) lab.release();
    else await lab.stop();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
  return verdict.failures;
}

async function* demonstrate(
  lab: Lab,
  verdict: Verdict,
  title: string,
  keep: boolean,
  signal: AbortSignal,
): AsyncIterable<Block> {
  const since = performance.now();
  yield {
    kind: 'text',
    tone: 'strong',
    text: `Peerage lab ${lab.plan.prefix}: three nodes, an external router (FRR, AS ${lab.plan.router.as}), a client; ${title}`,
  };
  await lab.start();
  const seconds = await lab.converge(60);
  if (seconds === null) verdict.failures.push('the cluster did not converge within 60 s');
  yield {
    kind: 'text',
    text: `up after ${((performance.now() - since) / 1000).toFixed(1)} s`,
    tone: 'dim',
  };
  yield* firstTables(lab, verdict);
  yield* changeTable(lab, verdict, signal);
  if (keep) yield { kind: 'text', text: howToLook(lab) };
}

function requireMachine(): void {
  if (process.getuid?.() !== 0) throw new UsageError('the lab makes network namespaces: run it as root');
  for (const [path, name] of [
    [CNI_PLUGINS, 'containernetworking-plugins'],
    ['/usr/lib/frr/bgpd', 'frr'],
    ['/usr/bin/vtysh', 'frr'],
  ] as const) {
    if (!existsSync(path)) {
      throw new UsageError(`${path} is missing: install the Debian package ${name}, or run \`npm run lab\``);
    }
  }
}

async function takeDownNamed(name: string, io: Io): Promise<number> {
  const names = labNames();
  const chosen = name === 'all' ? names : names.filter((one) => one === name);
  if (chosen.length === 0) {
    throw new UsageError(`no lab is called ${name}; there are: ${names.join(', ') || 'none'}`);
  }
  for (const one of chosen) await takeDown(one);
  await renderText({ json: null, blocks: [{ kind: 'text', text: `taken down: ${chosen.join(', ')}` }] }, io);
  return 0;
}

function howToLook(lab: Lab): string {
  const [agent] = lab.agents;
  const { prefix, router } = lab.plan;
  return [
    '',
    `The lab ${prefix} goes on. To look around:`,
    `  ./peerage show neighbors --socket ${agent?.control.path}`,
    `  ./peerage show rib --socket ${agent?.control.path}`,
    `  ip netns exec ${agent?.node.namespace} ip route show proto 17`,
    `  ip netns exec ${router.namespace} vtysh --vty_socket ${lab.folder}/router -c 'show bgp summary'`,
    `  ip netns exec ${lab.plan.client.namespace} ping ${agent?.node.podAddresses[0]}`,
    `  ls ${lab.manifests.path}      # edit, and watch the routes follow`,
    `To take it down: ./peerage lab --down ${prefix}`,
  ].join('\n');
}
