import { ControlClient } from '@peerage/control';
import type { Command } from 'commander';
import { renderJson } from '../render/json.js';
import { renderText } from '../render/text.js';
import type { Io } from '../result.js';
import type { ShowCommand } from './command.js';
import { showAdvertisements, showKernel, showProblems } from './show-agent.js';
import { showExplain } from './show-explain.js';
import { showNeighbors } from './show-neighbors.js';
import { showAdvertised, showReceived, showRib } from './show-routes.js';
import { socketPath } from './socket-path.js';

const commands: readonly ShowCommand[] = [
  showNeighbors,
  showRib,
  showReceived,
  showAdvertised,
  showExplain,
  showAdvertisements,
  showKernel,
  showProblems,
];

/** `peerage show …`. */
export function defineShow(show: Command, io: Io): void {
  for (const command of commands) {
    const sub = show.command(command.name).description(command.summary);
    for (const argument of command.arguments) sub.argument(argument.name, argument.summary);
    for (const option of command.options) sub.option(option.flags, option.summary);
    sub.option('--json', 'print JSON');
    sub.option('--socket <path>', 'control socket of the speaker or agent');
    sub.action(async (...given: unknown[]) => {
      const options = given.at(-2) as Readonly<Record<string, unknown>>;
      const args = given.slice(0, -2) as (string | undefined)[];
      const client = new ControlClient({ path: socketPath(options.socket, io) });
      const result = await command.run(client, args, options);
      await (options.json === true ? renderJson(result, io) : renderText(result, io));
    });
  }
}
