import { type ChildProcess, spawn } from 'node:child_process';
import { apart, canStandApart } from './apart.js';
import { type Tally, tally } from './tally.js';
import { readTap } from './tap-tree.js';
import type { TestFile } from './test-file.js';

/** What came of running one test file. */
export interface FileResult extends Tally {
  readonly file: TestFile;
  /** What is wrong with the file beside its failed tests: no test, a time-out, an exit code. Each counts as failed. */
  readonly faults: readonly string[];
  /** The end of what it printed to standard error. */
  readonly errorOutput: string;
  readonly seconds: number;
}

/** The file has this long to end by itself after tap's own time-out, which says what was waited for. */
const graceSeconds = 5;
const keptErrorBytes = 20_000;

/** Signals a test file and all that it started and did not end. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // nothing of the group is left
  }
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly late: boolean;
  readonly output: string;
  readonly errorOutput: string;
}

function runProcess(root: string, file: TestFile, running: Set<ChildProcess>): Promise<Ended> {
  return new Promise((resolve) => {
    const node = [process.execPath, '--enable-source-maps', '--import=tsx', '--conditions=@peerage/source'];
    const argv = [...node, file.path];
    const [program = '', ...args] = file.place === 'apart' && canStandApart() ? apart(argv) : argv;
    const env = { ...process.env, TAP_TIMEOUT: String(file.timeoutSeconds) };
    // a process group of its own, so that what it leaves behind can be ended with it
    const child = spawn(program, args, {
      cwd: root,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let [output, errorOutput, late] = ['', '', false];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errorOutput = (errorOutput + text).slice(-keptErrorBytes);
    });
    const timer = setTimeout(
      () => {
        late = true;
        signalGroup(child, 'SIGKILL');
      },
      (file.timeoutSeconds + graceSeconds) * 1000,
    );
    // a process that it left behind may hold the pipes open: it ends here, so that 'close' comes
    child.on('exit', () => signalGroup(child, 'SIGKILL'));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, signal, late, output, errorOutput });
    });
  });
}

/** What is wrong beside failed tests. Pure. */
export function faultsOf(
  file: TestFile,
  ended: Omit<Ended, 'output' | 'errorOutput'>,
  counted: Tally,
  tapFaults: readonly string[],
): string[] {
  const { passed, failures, leftOut } = counted;
  const faults = [...tapFaults];
  if (ended.late) faults.push(`did not end within ${file.timeoutSeconds + graceSeconds} s`);
  else if (ended.signal !== null) faults.push(`ended by ${ended.signal}`);
  else if (passed + failures.length + leftOut.length === 0) faults.push('ran no test');
  else if (ended.code !== 0 && failures.length === 0 && faults.length === 0) {
    faults.push(`ended with status ${ended.code}, though no test failed`);
  }
  return faults;
}

/** Runs one test file in a process of its own and reads what it prints. `running` holds the process meanwhile. */
export async function runFile(root: string, file: TestFile, running: Set<ChildProcess>): Promise<FileResult> {
  const start = performance.now();
  const ended = await runProcess(root, file, running);
  const tap = readTap(ended.output);
  const counted = tally(tap);
  return {
    ...counted,
    file,
    faults: faultsOf(file, ended, counted, tap.faults),
    errorOutput: ended.errorOutput,
    seconds: (performance.now() - start) / 1000,
  };
}
