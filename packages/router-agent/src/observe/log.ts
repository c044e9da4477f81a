import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Logging as a port; the one of `@peerage/bgp` has the same shape. `fields` never hold secrets. */
export interface Log {
  /** `event` is a stable name such as `route.refused`; the field `message` is the sentence for people. */
  log(level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface LogOptions {
  /** Written for people, with colours, instead of JSON. */
  readonly human: boolean;
  /** `--v`: from 3 on, debug lines too. */
  readonly verbosity: number;
  readonly destination: { write(text: string): void };
}

/** A log of which it can be changed how much is in it. */
export interface AdjustableLog extends Log {
  setVerbosity(verbosity: number): void;
}

/** The log of the agent: one JSON object a line, or text on a terminal. `event` names what happened and is stable. */
export function createLog(options: LogOptions): AdjustableLog {
  const level = levelOf(options.verbosity);
  const stream: DestinationStream = options.human
    ? pretty({
        colorize: true,
        ignore: 'pid,hostname',
        translateTime: 'SYS:HH:MM:ss.l',
        destination: sink(options),
      })
    : sink(options);
  const base = options.human ? {} : { base: null };
  const logger: Logger = pino(
    { level, ...base, formatters: { level: (label) => ({ level: label }) } },
    stream,
  );
  return {
    setVerbosity(verbosity) {
      logger.level = levelOf(verbosity);
    },
    log(level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>): void {
      const { message, ...rest } = fields;
      logger[level]({ event, ...rest }, typeof message === 'string' ? message : event);
    },
  };
}

function levelOf(verbosity: number): 'debug' | 'info' {
  return verbosity >= 3 ? 'debug' : 'info';
}

function sink({ destination }: LogOptions): DestinationStream & NodeJS.WritableStream {
  return destination as DestinationStream & NodeJS.WritableStream;
}
