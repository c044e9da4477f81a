import { fstatSync, writeSync } from 'node:fs';

/** Where a log goes; `process.stderr` is one. */
export interface LogStream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Its file descriptor. */
  readonly fd?: number;
}

/**
 * Makes what is written to a stream no matter of life and death: a log file whose disk is full, or a reader that has gone, costs lines of the
 * log and nothing else. Of a file the number of lost lines is told as soon as there is room again.
 */
export function logDestination(stream: LogStream): { write(text: string): void } {
  stream.on('error', () => {});
  const { fd } = stream;
  if (fd === undefined || !isWrittenAtOnce(fd)) return { write: (text) => void stream.write(text) };
  let lost = 0;
  let isCut = false;
  const put = (text: string): boolean => {
    const bytes = Buffer.from(isCut ? `\n${text}` : text);
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(fd, bytes, done);
    } catch {
      isCut ||= done > 0;
      return false;
    }
    isCut = false;
    return true;
  };
  return {
    write(text) {
      if (lost > 0 && put(lostLine(lost))) lost = 0;
      if (lost > 0 || !put(text)) lost += 1;
    },
  };
}

function lostLine(lines: number): string {
  const msg = `${lines} lines of this log are lost: they could not be written, for want of room or by an error of the disk`;
  return `${JSON.stringify({ level: 'warn', event: 'log.lost', lines, msg })}\n`;
}

function isWrittenAtOnce(fd: number): boolean {
  const kind = fstatSync(fd);
  return kind.isFile() || kind.isCharacterDevice();
}
