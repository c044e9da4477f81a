import { type CommandRow, completedRows } from './command-rows.js';

/** All commands but `agent`, which reads its own options. Only the code of the one that is called is ever loaded. */
export const commands: readonly CommandRow[] = [
  ...completedRows,
  {
    name: 'completion',
    summary: 'print the completion script for bash, zsh or fish',
    load: async () => (await import('./completion.js')).defineCompletion,
  },
];
