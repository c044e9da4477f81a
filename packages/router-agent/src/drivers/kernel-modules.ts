import { runNft } from './nft-driver.js';

const longestMilliseconds = 5_000;

/** Loads a module of the kernel; gives the reason when that is not possible. */
export type LoadModule = (name: string, signal: AbortSignal) => Promise<string | null>;

export const modprobe: LoadModule = async (name, signal) => {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(longestMilliseconds)]);
  try {
    const { status, stderr } = await runNft([name], '', limited, 'modprobe');
    if (status === 0) return null;
    if (status === null) return 'there is no program modprobe';
    return stderr.trim().split('\n').at(-1) ?? `modprobe ended with status ${status}`;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
};
