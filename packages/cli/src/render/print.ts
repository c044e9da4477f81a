import type { Io } from '../result.js';

/** Waits when the reader of the output is slower than we are. */
export function print(io: Io, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (io.stdout.write(text)) resolve();
    else io.stdout.once('drain', resolve);
  });
}
