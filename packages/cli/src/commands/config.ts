import { ControlClient } from '@peerage/control';
import type { Command } from 'commander';
import { renderJson } from '../render/json.js';
import { renderText } from '../render/text.js';
import type { Io, Result } from '../result.js';
import { socketPath } from './socket-path.js';

interface Options {
  readonly given?: boolean;
  readonly json?: boolean;
  readonly socket?: string;
}

/** `peerage config`: the configuration of a running agent, each value with the place that it comes from. */
export function defineConfig(command: Command, io: Io): void {
  command
    .option('--given', 'leave out what has its default')
    .option('--json', 'print JSON')
    .option('--socket <path>', 'control socket of the agent')
    .action(async (options: Options) => {
      const client = new ControlClient({ path: socketPath(options.socket, io) });
      const all = await client.config();
      const rows = options.given === true ? all.filter(({ origin }) => origin !== 'default') : all;
      const result: Result = {
        json: rows,
        blocks: [
          {
            kind: 'table',
            columns: ['setting', 'value', 'from', 'place'],
            rows: rows.map(({ setting, value, origin, place }) => [
              setting,
              value,
              { text: origin, tone: origin === 'default' ? 'dim' : 'strong' },
              place,
            ]),
            empty: 'this program has no configuration to show; an agent has',
          },
        ],
      };
      await (options.json === true ? renderJson(result, io) : renderText(result, io));
    });
}
