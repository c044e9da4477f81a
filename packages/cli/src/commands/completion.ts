import { Argument, Command } from 'commander';
import { print } from '../render/print.js';
import type { Io } from '../result.js';
import { completedRows } from './command-rows.js';
import { type CompletedCommand, completionScript, type Shell, shells } from './completion-script.js';

/** `peerage completion`: the script for a shell, drawn from the commands and the agent's table of flags. */
export function defineCompletion(command: Command, io: Io): void {
  command
    .addArgument(new Argument('<shell>', 'bash: source <(peerage completion bash)').choices(shells))
    .action(async (shell: Shell) => print(io, completionScript(shell, await completedCommands(io))));
}

/** The program and all commands below it. */
export async function completedCommands(io: Io): Promise<readonly CompletedCommand[]> {
  const program = new Command('peerage').version('');
  for (const { name, summary, load } of completedRows)
    (await load())(program.command(name).description(summary), io);
  defineCompletion(program.command('completion').description('print the completion script'), io);
  const agent = await agentCommand();
  const [top, ...others] = walk(program, []);
  if (top === undefined) return [agent];
  const all = [...top.commands, { name: 'agent', summary: agent.summary }];
  return [{ ...top, commands: all }, agent, ...others];
}

async function agentCommand(): Promise<CompletedCommand> {
  const { shellFlags } = await import('@peerage/router-agent/flags');
  const options = shellFlags().flatMap(({ name, short, isSwitch, meaning }) => [
    { name: isSwitch ? `--${name}` : `--${name}=`, summary: meaning },
    ...(short === '' ? [] : [{ name: `-${short}`, summary: meaning }]),
  ]);
  return { path: ['agent'], summary: 'run the Kubernetes node agent', commands: [], options };
}

function walk(command: Command, path: readonly string[]): readonly CompletedCommand[] {
  const own: CompletedCommand = {
    path,
    summary: command.description(),
    commands: command.commands.map((each) => ({ name: each.name(), summary: each.description() })),
    options: [
      ...command.options.map(({ long, short, description }) => ({
        name: long ?? short ?? '',
        summary: description,
      })),
      { name: '--help', summary: 'help' },
    ],
  };
  return [own, ...command.commands.flatMap((each) => walk(each, [...path, each.name()]))];
}
