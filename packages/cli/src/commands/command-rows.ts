import type { Command } from 'commander';
import type { Io } from '../result.js';

/** A command of the first level. What it is called and what it is for is known without its code. */
export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  /** Loads its code, and gives what adds arguments, options and the action. */
  load(): Promise<(command: Command, io: Io) => void>;
}

/** All commands but `agent`, which reads its own options, and `completion`, which is drawn from these. */
export const completedRows: readonly CommandRow[] = [
  {
    name: 'speaker',
    summary: 'run a BGP speaker: peers and announcements from a file, nothing is written to the kernel',
    load: async () => (await import('./speaker.js')).defineSpeaker,
  },
  {
    name: 'show',
    summary: 'what a running speaker or agent knows',
    load: async () => (await import('./show.js')).defineShow,
  },
  {
    name: 'config',
    summary: 'the configuration of a running agent: each value, and where it comes from',
    load: async () => (await import('./config.js')).defineConfig,
  },
  {
    name: 'clear',
    summary: 'reset the session with a neighbor',
    load: async () => (await import('./clear.js')).defineClear,
  },
  {
    name: 'decode',
    summary: 'decode BGP messages: one as hex per line of input, one JSON object per line of output',
    load: async () => (await import('./decode.js')).defineDecode,
  },
  {
    name: 'lab',
    summary: 'build a small cluster in network namespaces, show it working, measure it, take it down',
    load: async () => (await import('./lab.js')).defineLab,
  },
];
