import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The part of a tap test that fixtures use: something to be done when the test ends. */
export interface Teardown {
  teardown(undo: () => unknown): void;
}

/** A new empty folder, readable by its owner alone, removed with all its content when the test ends. */
export function tempDir(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerage-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
