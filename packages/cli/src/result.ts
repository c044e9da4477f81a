/** How a cell is to stand out; what that looks like is the renderer's matter. */
export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong';

export type Cell = string | number | { readonly text: string; readonly tone: Tone };

/** A table whose rows may still be coming. */
export interface TableBlock {
  readonly kind: 'table';
  readonly title?: string;
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly Cell[]> | Iterable<readonly Cell[]>;
  /** Rows come slowly and are printed one by one, in columns of at least these widths. */
  readonly live?: readonly number[];
  /** Said instead of an empty table. */
  readonly empty: string;
}

export interface TextBlock {
  readonly kind: 'text';
  readonly text: string;
  readonly tone?: Tone;
}

export type Block = TableBlock | TextBlock;

/** What a command found: for people, and for programs. Only one of the two is read. */
export interface Result {
  readonly blocks: readonly Block[] | AsyncIterable<Block>;
  /** One value, or a stream that is printed as an array. */
  readonly json: unknown;
}

/** Where a command writes and reads; `process` has these. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
}

/** The user's mistake, told in one line without a stack. */
export class UsageError extends Error {
  readonly code = 'CLI_ERR_USAGE';
}
