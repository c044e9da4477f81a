/** Something that is wrong, and the input that shows it. */
export interface Finding {
  readonly target: string;
  /** The same for inputs that show the same. */
  readonly kind: string;
  readonly message: string;
  /** Hex, control octet first. */
  readonly input: string;
}

/** What one target came to. */
export interface TargetReport {
  readonly name: string;
  readonly executions: number;
  readonly corpus: number;
  readonly milliseconds: number;
  readonly slowestMilliseconds: number;
}

/** What the watchdog hands to a worker. */
export interface WorkerOrder {
  readonly seed: number;
  readonly seconds: number;
  /** Names, or paths of modules that export a `target`. */
  readonly targets: readonly string[];
  /** Of the journal. */
  readonly memory: SharedArrayBuffer;
}

/** What a worker tells the watchdog. */
export type WorkerReport =
  | { readonly type: 'ready'; readonly names: readonly string[] }
  | { readonly type: 'finding'; readonly finding: Finding }
  | {
      readonly type: 'progress';
      readonly covered: number;
      readonly targets: readonly TargetReport[];
      readonly isLast: boolean;
    };

/** A failure as text, and its kind: the message without numbers, and where it was thrown. */
export function describeFailure(error: unknown): { readonly kind: string; readonly message: string } {
  if (!(error instanceof Error)) return { kind: String(error), message: String(error) };
  const head = `${error.name}: ${error.message}`;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
  const where = frames.find((line) => line.includes('/src/')) ?? frames[0] ?? '';
  const isOurs = error.name === 'FuzzFailure';
  const first = error.message.split('\n', 1)[0]!.replace(/[0-9a-f]*\d[0-9a-f]*/gi, '#');
  return {
    kind: `${error.name}: ${first.slice(0, 120)} ${isOurs ? '' : where.replace(/:\d+:\d+\)?$/, '')}`,
    message: isOurs ? head : [head, ...frames.slice(0, 6)].join('\n    '),
  };
}
