import { Command, CommanderError } from 'commander';
import { runAgentCommand } from './commands/agent.js';
import { addClear } from './commands/clear.js';
import { addDecode } from './commands/decode.js';
import { addLab } from './commands/lab.js';
import { addShow } from './commands/show.js';
import { addSpeaker } from './commands/speaker.js';
import type { Io } from './result.js';
import { version } from './version.js';

/**
 * The `peerage` command.
 *
 * @param argv what follows the program's name
 * @returns the exit status: 0 well, 1 a command failed, 2 it was called wrongly
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === 'agent') return runAgentCommand(argv.slice(1), io);
  const program = new Command('peerage')
    .description('BGP for networks and Kubernetes nodes')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .showSuggestionAfterError();
  program
    .command('agent')
    .description('run the Kubernetes node agent, with the options of kube-router (`peerage agent --help`)');
  addSpeaker(program, io);
  addShow(program, io);
  addClear(program, io);
  addDecode(program, io);
  addLab(program, io);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.stderr.write(`peerage: ${explain(error)}\n`);
    return (error as { code?: unknown }).code === 'CLI_ERR_USAGE' ? 2 : 1;
  }
}

/** Errors with a code are told by their message; others are our own mistakes, and show where. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? error.message : (error.stack ?? error.message);
}
