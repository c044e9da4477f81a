import { readFile } from 'node:fs/promises';
import { type NftResult, runNft } from './nft-driver.js';

/** Runs a program with these arguments. */
export type RunIptables = (
  program: string,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<NftResult>;

/** Tables of the old iptables that the kernel holds; asking its program about others would make them. */
export type LegacyTables = (family: 4 | 6) => Promise<string>;

export const runIptables: RunIptables = (program, args, signal) => runNft(args, '', signal, program);

export const readLegacyTables: LegacyTables = async (family) => {
  try {
    return await readFile(`/proc/net/ip${family === 4 ? '' : '6'}_tables_names`, 'utf8');
  } catch {
    // The kernel has no such iptables, or nothing has used it yet.
    return '';
  }
};

/** The programs whose table of that name can be asked for without making it. */
export async function programsWith(table: string, legacyTables: LegacyTables): Promise<readonly string[]> {
  const has = async (family: 4 | 6): Promise<boolean> =>
    (await legacyTables(family)).split('\n').includes(table);
  return [
    ...['iptables-nft', 'ip6tables-nft'],
    ...((await has(4)) ? ['iptables-legacy'] : []),
    ...((await has(6)) ? ['ip6tables-legacy'] : []),
  ];
}

/** The lines of a chain as `-S` prints them; null where there is no such program or chain. */
export async function rulesOf(
  run: RunIptables,
  program: string,
  table: string,
  chain: string,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  const { status, stdout } = await run(program, ['-w', '5', '-t', table, '-S', chain], signal);
  return status === 0 ? stdout.trim().split('\n') : null;
}

/** The words of a line of `-S`; what stands in quotes is one. */
export function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, plain]) => plain ?? (quoted ?? '').replace(/\\(.)/g, '$1'),
  );
}
