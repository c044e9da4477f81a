import { readFile } from 'node:fs/promises';

/** A moment that processes of one machine can compare, whatever becomes of its wall clock. */
export interface MachineTime {
  /** Another one since each start of the machine. */
  readonly boot: string;
  /** Since that start, times of sleep included. */
  readonly milliseconds: number;
}

/** Now. */
export async function machineTime(): Promise<MachineTime> {
  const [boot, uptime] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    readFile('/proc/uptime', 'utf8'),
  ]);
  return { boot: boot.trim(), milliseconds: Math.round(Number.parseFloat(uptime) * 1000) };
}
