import { ControlClient } from '@peerage/control';
import { type Command, Option } from 'commander';
import { renderJson } from '../render/json.js';
import { renderText } from '../render/text.js';
import type { Io } from '../result.js';
import { socketPath } from './socket-path.js';

interface Options {
  readonly soft?: 'in' | 'out';
  readonly family?: readonly string[];
  readonly message?: string;
  readonly json?: boolean;
  readonly socket?: string;
}

/** `peerage clear`: resets one session, by a new one or by having routes sent again. */
export function defineClear(clear: Command, io: Io): void {
  clear
    .argument('<address>', 'the neighbor')
    .addOption(
      new Option(
        '--soft <direction>',
        'keep the session: ask the neighbor for its routes again (in), or send ours again (out)',
      ).choices(['in', 'out']),
    )
    .option('--family <family...>', 'with --soft, these families only')
    .option('--message <text>', 'tell the operator at the other end why (RFC 9003)')
    .option('--json', 'print JSON')
    .option('--socket <path>', 'control socket of the speaker or agent')
    .action(async (address: string, options: Options) => {
      const client = new ControlClient({ path: socketPath(options.socket, io) });
      const cleared = await client.clear(address, {
        ...(options.soft !== undefined && { soft: options.soft }),
        ...(options.family !== undefined && { families: options.family }),
        ...(options.message !== undefined && { communication: options.message }),
      });
      const result = { blocks: [{ kind: 'text' as const, text: told(cleared) }], json: cleared };
      await (options.json === true ? renderJson(result, io) : renderText(result, io));
    });
}

function told({ address, soft, families }: Awaited<ReturnType<ControlClient['clear']>>): string {
  if (soft === undefined) return `${address}: the session was reset; it comes back by itself`;
  if (families.length === 0) {
    return `${address}: nothing to send again: no session is up, or it cannot do that for these families`;
  }
  const what = soft === 'in' ? 'was asked for its routes' : 'is sent our routes';
  return `${address} ${what} again: ${families.join(', ')}`;
}
