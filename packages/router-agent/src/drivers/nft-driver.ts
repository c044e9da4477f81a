import { spawn } from 'node:child_process';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type NftTableItem, nftTableKind } from '../items/nft-table.js';
import { eachChange } from './each-change.js';

/** How a run of `nft` ended. */
export interface NftResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `nft` with these arguments and this standard input. */
export type RunNft = (args: readonly string[], input: string, signal: AbortSignal) => Promise<NftResult>;

const missing = 'the program nft was not found; install the package nftables';
/** There is no such table. */
const absent = null;

/**
 * Tables of ours in nftables, through the program `nft`. A table is replaced as a whole in one transaction, so that
 * packets see the old one or the new one. What `nft` lists right after that is remembered: when it lists anything else
 * later, somebody changed the table, and it reads as another one.
 */
export class NftDriver implements Driver<NftTableItem> {
  readonly kind = nftTableKind;
  readonly #names: readonly string[];
  readonly #run: RunNft;
  readonly #written = new Map<string, { readonly body: string; readonly listed: string }>();

  /** `names` are the tables that are looked at. */
  constructor(names: readonly string[], run: RunNft = runNft) {
    this.#names = names;
    this.#run = run;
  }

  /** A table that was not written by this process, or was changed since, has an empty body. */
  async read(signal: AbortSignal): Promise<readonly NftTableItem[]> {
    const items: NftTableItem[] = [];
    for (const name of this.#names) {
      const listed = await this.#list(name, signal);
      if (listed === absent) continue;
      const written = this.#written.get(name);
      items.push({ name, body: written?.listed === listed ? written.body : '' });
    }
    return items;
  }

  apply(changes: readonly Change<NftTableItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ key, after }) => {
      const gone = `add table inet ${key}\ndelete table inet ${key}\n`;
      await this.#do(after === undefined ? gone : `${gone}table inet ${key} {\n${after.body}\n}\n`, signal);
      this.#written.delete(key);
      if (after === undefined) return;
      const listed = await this.#list(key, signal);
      if (listed !== absent) this.#written.set(key, { body: after.body, listed });
    });
  }

  async #list(name: string, signal: AbortSignal): Promise<string | null> {
    const { status, stdout, stderr } = await this.#run(
      ['--json', '--handle', 'list', 'table', 'inet', name],
      '',
      signal,
    );
    if (status === 0) return stdout;
    // Without the program nothing of ours can be there; writing says that it is missing.
    if (stderr === missing || stderr.includes('No such file or directory')) return absent;
    throw new Error(`nft does not list table inet ${name}: ${firstLine(stderr, status)}`);
  }

  async #do(script: string, signal: AbortSignal): Promise<void> {
    const { status, stderr } = await this.#run(['--file', '-'], script, signal);
    if (status !== 0)
      throw new Error(stderr === missing ? missing : `nft refused it: ${firstLine(stderr, status)}`);
  }
}

function firstLine(stderr: string, status: number | null): string {
  return stderr.trim().split('\n')[0] || `it ended with status ${status}`;
}

/** Runs the program `nft`, or one like it, in this process's network namespace. */
export function runNft(
  args: readonly string[],
  input: string,
  signal: AbortSignal,
  program = 'nft',
): Promise<NftResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: [input === '' ? 'ignore' : 'pipe', 'pipe', 'pipe'], signal });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ status: null, stdout: '', stderr: missing });
      else reject(error);
    });
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    // It may end without reading all of it; its status and words say why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
