import type { Command } from 'commander';
import type { Io } from '../result.js';

/** `peerage lab`: the network of the README in namespaces of its own, shown working. */
export function defineLab(lab: Command, io: Io): void {
  lab
    .option('--keep', 'leave it running, and print how to look around and how to take it down')
    .option('--ipv6', 'dual stack: both families over one session, then two sessions')
    .option('--down <name>', 'take down a lab that was kept')
    .option('--json', 'print all tables and the verdict as JSON at the end')
    .action(async (options: { keep?: boolean; ipv6?: boolean; down?: string; json?: boolean }) => {
      const { runLab } = await import('../lab/index.js');
      process.exitCode = await runLab(options, io);
    });
}
