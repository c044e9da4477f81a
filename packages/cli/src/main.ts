import type { Io } from './result.js';

/**
 * The `peerage` command.
 *
 * @param argv what follows the program's name
 * @returns the exit status: 0 well, 1 a command failed, 2 it was called wrongly
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  // each side loads what it needs: the agent reads its options itself
  if (argv[0] === 'agent') return (await import('./commands/agent.js')).runAgentCommand(argv.slice(1), io);
  return (await import('./program.js')).runProgram(argv, io);
}
