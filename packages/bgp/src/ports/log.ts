/** How much an event matters; `debug` is for those who look for something. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Logging as a port. `event` is a stable name such as `session.established`; `fields` never hold secrets. */
export interface Log {
  log(level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** Says nothing. */
export const silentLog: Log = { log() {} };
