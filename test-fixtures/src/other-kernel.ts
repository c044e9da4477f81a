import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** How a suite went under another kernel. */
export interface OtherKernelRun {
  readonly status: number | null;
  /** Its release. */
  readonly kernel: string;
  /** Lines of its tests, `ok 1 - …`. */
  readonly results: readonly string[];
  /** Those of {@link results}, and of what is tested within them, that failed or were left out. */
  readonly troubles: readonly string[];
  /** The end of what it wrote. */
  readonly output: string;
}

export interface OtherKernelOptions {
  /** Longest time. */
  readonly seconds?: number;
  /** Variables for the suite, of words without blanks. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs a test file (its path from the top of the tree) by the program that the environment variable `VM_RUN` names, as root under another
 * kernel, which has modules that the machine's own may lack.
 */
export function runUnderOtherKernel(
  suite: string,
  modules: readonly string[] = [],
  { seconds = 780, environment = {} }: OtherKernelOptions = {},
): OtherKernelRun {
  const node = [process.execPath, '--import=tsx', '--conditions=@peerage/source', suite];
  const load = modules.map((name) => `modprobe ${name} && `).join('');
  const variables = Object.entries({ ...environment, TAP_TIMEOUT: String(seconds) });
  const settings = variables.map(([name, value]) => `${name}=${value} `).join('');
  const inside = `uname -r; ${load}cd "$0" && ulimit -n 65536 && ${settings}exec "$@"`;
  const argv = ['--mem', '2048', '--cpus', '2', '--', 'sh', '-c', inside, root, ...node];
  const env = { ...process.env, TAP_TIMEOUT: String(seconds) };
  const timeout = (seconds + 10) * 1000;
  const run = spawnSync(process.env.VM_RUN ?? '', argv, { encoding: 'utf8', timeout, env });
  const lines = run.stdout.split('\n');
  const results = lines.filter((line) => /^(not )?ok \d/.test(line));
  return {
    status: run.status,
    kernel: lines[0] ?? '',
    results,
    troubles: lines.filter((line) => /^ *(not ok|ok \d.*# SKIP)/.test(line)),
    output: `${run.stdout.slice(-4_000)}${run.stderr.slice(-500)}`,
  };
}
