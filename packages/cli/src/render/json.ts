import type { Io, Result } from '../result.js';
import { print } from './print.js';

/** Prints a result for programs: one JSON value; a stream becomes an array that is written as it comes. */
export async function renderJson(result: Result, io: Io): Promise<void> {
  if (!isAsyncIterable(result.json)) {
    await print(io, `${JSON.stringify(result.json, null, 2)}\n`);
    return;
  }
  let separator = '[';
  for await (const item of result.json) {
    await print(io, `${separator}\n${JSON.stringify(item)}`);
    separator = ',';
  }
  await print(io, separator === '[' ? '[]\n' : '\n]\n');
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
