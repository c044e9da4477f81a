import { type FSWatcher, realpathSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from './config/config.js';
import type { ParsedConfig } from './config/parse-config.js';
import type { Log } from './observe/log.js';

/** What a watch on the configuration needs of the world. */
export interface ConfigWatchPorts {
  /** Reads a text file; throws what the file system throws. */
  readTextFile(path: string): string;
  /** Reads the configuration, with every file through the reader that it is given. */
  parse(readTextFile: (path: string) => string): ParsedConfig;
  setTimer(milliseconds: number, callback: () => void): { cancel(): void };
  readonly log: Log;
}

/** What comes of a look at changed files. */
export interface ConfigNews {
  /** Another configuration is wanted. */
  changed(config: Config, warnings: readonly string[]): void;
  /** The files are not right: what runs goes on. Empty: they are right again. */
  broken(errors: readonly string[]): void;
}

export interface ConfigWatchTimes {
  /** Milliseconds without a change before a changed file counts as written. */
  readonly settle: number;
  /** Milliseconds after which the files are looked at, whether or not a change was signalled. */
  readonly poll: number;
}

const defaultTimes: ConfigWatchTimes = { settle: 100, poll: 5_000 };

/** What a file held: its text, or why it could not be read. */
type Content = { readonly text: string } | { readonly error: string };

/**
 * Follows the files that a configuration was read from: those of `--config` and `--flags-file`, and those of passwords that they name.
 * A file counts as written when it stayed the same for a while; one that is wrong, missing or empty changes nothing and is told.
 */
export class ConfigWatch {
  readonly #ports: ConfigWatchPorts;
  readonly #news: ConfigNews;
  readonly #times: ConfigWatchTimes;
  /** As they were when they were read last. */
  #files = new Map<string, Content>();
  /** Those that said something. */
  #filled: ReadonlySet<string> = new Set();
  /** As they were at the last look, while they wait to be settled. */
  #seen = new Map<string, Content>();
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: { cancel(): void } | null = null;
  #closed = false;

  constructor(ports: ConfigWatchPorts, news: ConfigNews, times: Partial<ConfigWatchTimes> = {}) {
    this.#ports = ports;
    this.#news = news;
    this.#times = { ...defaultTimes, ...times };
  }

  /** Whether there are files that could change. */
  get hasFiles(): boolean {
    return this.#files.size > 0;
  }

  /** Reads the configuration once more, for the files to be known, and begins to look. Without files there is nothing to do. */
  follow(): void {
    this.#take();
  }

  /** Looks now, and takes what is there. */
  now(): void {
    if (this.hasFiles && !this.#closed) this.#take();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #wait(milliseconds: number): void {
    this.#timer?.cancel();
    if (!this.#closed) this.#timer = this.#ports.setTimer(milliseconds, () => this.#look());
  }

  #look(): void {
    const found = this.#contents();
    if (isSame(found, this.#files)) {
      this.#seen = found;
      this.#wait(this.#times.poll);
    } else if (isSame(found, this.#seen)) this.#take();
    else {
      this.#seen = found;
      this.#wait(this.#times.settle);
    }
  }

  #take(): void {
    const emptied = this.#emptied();
    if (emptied.length > 0) {
      // A writer truncates first; and a file without anything in it says nothing, least of all that all should go.
      this.#files = this.#contents();
      this.#news.broken(
        emptied.map(
          (path) => `${path} is empty, and what it said stays as it was; write what is wanted, or {}`,
        ),
      );
    } else {
      const parsed = this.#parse();
      this.#news.broken(parsed.ok ? [] : parsed.errors);
      if (parsed.ok) this.#news.changed(parsed.config, parsed.warnings);
    }
    this.#seen = this.#files;
    if (!this.hasFiles) return;
    this.#watchFolders();
    this.#wait(this.#times.poll);
  }

  #emptied(): readonly string[] {
    return [...this.#contents()].flatMap(([path, content]) =>
      this.#filled.has(path) && isBlank(content) ? [path] : [],
    );
  }

  /** Remembers each file that is read on the way; one that is not read any more is still watched when this fails. */
  #parse(): ParsedConfig {
    const read = new Map<string, Content>();
    const parsed = this.#ports.parse((path) => {
      const content = this.#contentOf(path);
      read.set(path, content);
      if ('error' in content) throw new Error(content.error);
      return content.text;
    });
    this.#files = parsed.ok ? read : new Map([...this.#contents(), ...read]);
    if (parsed.ok)
      this.#filled = new Set([...read].flatMap(([path, content]) => (isBlank(content) ? [] : [path])));
    return parsed;
  }

  #contents(): Map<string, Content> {
    return new Map([...this.#files.keys()].map((path) => [path, this.#contentOf(path)]));
  }

  #contentOf(path: string): Content {
    try {
      return { text: this.#ports.readTextFile(path) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Folders are watched, not files: a file that is replaced is another file, and mounted ones are links that change. */
  #watchFolders(): void {
    const wanted = new Set([...this.#files.keys()].flatMap((path) => [dirname(path), ...realFolder(path)]));
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted) {
      if (this.#watchers.has(folder) || this.#closed) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#wait(this.#times.settle));
        watcher.on('error', () => this.#forget(folder));
        this.#watchers.set(folder, watcher);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `${folder} cannot be watched (${reason}): its files are looked at by period, so changes take longer`;
        this.#ports.log.log('warn', 'config.watch-unavailable', { folder, reason, message });
      }
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

function realFolder(path: string): readonly string[] {
  try {
    return [dirname(realpathSync(path))];
  } catch {
    return []; // it is not there at present
  }
}

function isBlank(content: Content): boolean {
  return 'text' in content && content.text.trim() === '';
}

function isSame(a: ReadonlyMap<string, Content>, b: ReadonlyMap<string, Content>): boolean {
  return (
    a.size === b.size &&
    [...a].every(([path, content]) => JSON.stringify(content) === JSON.stringify(b.get(path)))
  );
}
