import { Command, CommanderError } from 'commander';
import { commands } from './commands/index.js';
import type { Io } from './result.js';
import { version } from './version.js';

/** Runs the command that the arguments name, and gives its exit status. */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  const program = new Command('peerage')
    .description('BGP for networks and Kubernetes nodes')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .showSuggestionAfterError();
  program
    .command('agent')
    .description('run the Kubernetes node agent, with the options of kube-router (`peerage agent --help`)');
  try {
    for (const { name, summary, load } of commands) {
      const command = program.command(name).description(summary);
      // `peerage help show` names it too
      if (argv.includes(name)) (await load())(command, io);
    }
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
