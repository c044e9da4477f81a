import type { SourcePorts } from '../../src/sources/source-ports.js';

/** The machine's clock and dice; what is logged is kept. */
export function realPorts(): SourcePorts & { readonly logged: string[] } {
  const logged: string[] = [];
  return {
    logged,
    clock: {
      now: () => performance.now(),
      wallTime: () => Date.now(),
      setTimer(milliseconds, callback) {
        const timer = setTimeout(callback, milliseconds);
        return { cancel: () => clearTimeout(timer) };
      },
      nextTurn: (callback) => void setImmediate(callback),
    },
    random: { next: () => Math.random() },
    log: { log: (level, event, fields) => logged.push(`${level} ${event} ${JSON.stringify(fields)}`) },
  };
}
