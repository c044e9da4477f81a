import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { allKinds, type Kind } from '../../model/cluster.js';
import type { ClusterSource, SourceStatus } from '../cluster-source.js';
import { ClusterStore } from '../cluster-store.js';
import { SourceError } from '../source-error.js';
import type { SourcePorts, SourceTimer } from '../source-ports.js';
import { type ManifestFile, readManifestFile, unreadableFile } from './manifest-file.js';
import { mergeManifestFiles } from './manifest-folder.js';

/** Limits and waits of a folder of manifests. */
export interface ManifestsOptions {
  /** Milliseconds without a change before a changed folder is read; a writer has that long between two writes. */
  readonly settleMilliseconds: number;
  /** Milliseconds after which the folder is looked at, whether or not a change was signalled. */
  readonly pollMilliseconds: number;
  /** A file with more bytes is not read, and told. */
  readonly largestFileBytes: number;
}

export const MANIFESTS_DEFAULTS: ManifestsOptions = {
  settleMilliseconds: 50,
  pollMilliseconds: 5000,
  largestFileBytes: 64 * 1024 * 1024,
};

/**
 * Reads the cluster from the `.yaml`, `.yml` and `.json` files of a folder (not of its sub-folders; names with a dot first are
 * left out) and follows their changes. A folder that goes away, a file that does not parse and an object that is wrong keep
 * their last good state and are told as problems.
 */
export function manifestsSource(
  directory: string,
  ports: SourcePorts,
  options: Partial<ManifestsOptions> = {},
): ClusterSource {
  return new ManifestsSource(directory, ports, { ...MANIFESTS_DEFAULTS, ...options });
}

interface KnownFile {
  readonly stamp: string;
  readonly file: ManifestFile;
}

const MANIFEST_NAME = /^[^.].*\.(ya?ml|json)$/;
const FOLDER_HEADING = 'folder';
const FILES_HEADING = 'files';

class ManifestsSource implements ClusterSource {
  readonly #directory: string;
  readonly #ports: SourcePorts;
  readonly #options: ManifestsOptions;
  readonly #store: ClusterStore;
  readonly #files = new Map<string, KnownFile>();
  /** The folder whose content is held, and the one that is watched; a folder that was replaced has another identity. */
  #folderId: string | null = null;
  #watchedId: string | null = null;
  #watcher: FSWatcher | null = null;
  #timer: SourceTimer | null = null;
  #scan: Promise<void> | null = null;
  #changedDuringScan = false;
  #closed = false;
  #status: SourceStatus;

  constructor(directory: string, ports: SourcePorts, options: ManifestsOptions) {
    this.#directory = directory;
    this.#ports = ports;
    this.#options = options;
    this.#store = new ClusterStore(ports.clock);
    this.#status = {
      kind: 'manifests',
      state: 'starting',
      message: `reading ${directory}`,
      lastContact: null,
    };
  }

  async start(): Promise<void> {
    const found = await stat(this.#directory).catch((error: unknown) => {
      throw new SourceError(
        `--manifests=${this.#directory} cannot be read (${reasonOf(error)}); create the folder, or name another`,
        { cause: error },
      );
    });
    if (!found.isDirectory()) {
      throw new SourceError(
        `--manifests=${this.#directory} must be a folder; name the one that holds the file`,
      );
    }
    this.#startScan();
  }

  snapshot() {
    return this.#store.snapshot();
  }

  onChange(listener: () => void): () => void {
    return this.#store.onChange(listener);
  }

  status(): SourceStatus {
    return this.#status;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watcher?.close();
    this.#timer?.cancel();
    await this.#scan;
  }

  /** The folder may have changed: look at it when no more signals came for a while. */
  #signalled(): void {
    if (this.#scan !== null) this.#changedDuringScan = true;
    else this.#setTimer(this.#options.settleMilliseconds);
  }

  #setTimer(milliseconds: number): void {
    this.#timer?.cancel();
    if (!this.#closed) this.#timer = this.#ports.clock.setTimer(milliseconds, () => this.#startScan());
  }

  #startScan(): void {
    this.#changedDuringScan = false;
    this.#scan = this.#scanFolder()
      .catch((error: unknown) => {
        this.#watcher?.close();
        this.#watchedId = null;
        this.#folderLost(reasonOf(error));
      })
      .then((settled) => {
        this.#scan = null;
        const soon = this.#changedDuringScan || settled === false;
        this.#setTimer(soon ? this.#options.settleMilliseconds : this.#options.pollMilliseconds);
      });
  }

  /** False when a file was being written meanwhile. */
  async #scanFolder(): Promise<boolean> {
    const folder = await stat(this.#directory);
    const folderId = `${folder.dev}:${folder.ino}`;
    if (folderId !== this.#watchedId) this.#watch(folderId);
    const names = (await readdir(this.#directory)).filter((name) => MANIFEST_NAME.test(name));
    if (this.#folderId !== null && folderId !== this.#folderId && names.length === 0) {
      this.#folderLost('there is an empty folder in its place');
      return true;
    }
    this.#folderId = folderId;
    const read = await Promise.all(names.map((name) => this.#readFile(name)));
    if (this.#closed) return true;
    for (const name of [...this.#files.keys()]) if (!names.includes(name)) this.#files.delete(name);
    names.forEach((name, index) => {
      const known = read[index]?.known;
      if (known != null) this.#files.set(name, known);
    });
    const settled = read.every((each) => each.settled);
    this.#publish(settled);
    return settled;
  }

  /** A file that changed, changes while it is read, or went away in between is read again at the next look. */
  async #readFile(name: string): Promise<{ readonly known: KnownFile | null; readonly settled: boolean }> {
    const before = this.#files.get(name) ?? null;
    const path = join(this.#directory, name);
    try {
      const found = await stat(path);
      const stamp = `${found.dev}:${found.ino}:${found.size}:${found.mtimeMs}`;
      if (!found.isFile() || stamp === before?.stamp) return { known: before, settled: true };
      if (found.size > this.#options.largestFileBytes) {
        const reason = `${found.size} bytes, and at most ${this.#options.largestFileBytes} are read`;
        return { known: { stamp, file: unreadableFile(name, reason, before?.file ?? null) }, settled: true };
      }
      const text = await readFile(path, 'utf8');
      const after = await stat(path);
      if (`${after.dev}:${after.ino}:${after.size}:${after.mtimeMs}` !== stamp)
        return { known: before, settled: false };
      return { known: { stamp, file: readManifestFile(name, text, before?.file ?? null) }, settled: true };
    } catch (error) {
      if (isMissing(error)) return { known: before, settled: false };
      return {
        known: { stamp: '', file: unreadableFile(name, reasonOf(error), before?.file ?? null) },
        settled: true,
      };
    }
  }

  #publish(complete: boolean): void {
    const { objects, problems } = mergeManifestFiles([...this.#files.values()].map(({ file }) => file));
    const present: Readonly<Record<Kind, Set<string>>> = {
      Node: new Set(),
      Service: new Set(),
      EndpointSlice: new Set(),
    };
    for (const object of objects) {
      // An Endpoints object and a slice may have one name.
      const stored =
        object.kind === 'EndpointSlice' && object.isEndpoints
          ? { ...object, key: `endpoints:${object.key}` }
          : object;
      present[stored.kind].add(stored.key);
      this.#store.put(stored);
    }
    for (const kind of allKinds) {
      for (const key of this.#store.keys(kind)) if (!present[kind].has(key)) this.#store.remove(kind, key);
      if (complete) this.#store.markListed(kind);
    }
    this.#store.setProblems(FOLDER_HEADING, []);
    this.#store.setProblems(FILES_HEADING, problems);
    this.#status = {
      kind: 'manifests',
      state: 'in-sync',
      message: `${this.#files.size} files of ${this.#directory}`,
      lastContact: this.#ports.clock.wallTime(),
    };
  }

  #folderLost(reason: string): void {
    const message = `the folder ${this.#directory} cannot be read (${reason}); what it held stays as it was; bring it back`;
    if (this.#status.message !== message)
      this.#ports.log.log('error', 'source.unreachable', {
        directory: this.#directory,
        reason,
        message,
      });
    this.#status = { ...this.#status, state: 'unreachable', message };
    this.#store.setProblems(FOLDER_HEADING, [{ place: `manifests:${this.#directory}`, message }]);
  }

  #watch(folderId: string): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#watchedId = folderId;
    try {
      const watcher = watch(this.#directory, { persistent: false }, () => this.#signalled());
      watcher.on('error', () => this.#signalled());
      this.#watcher = watcher;
    } catch (error) {
      // Without inotify (no watches left, a network file system) the poll still finds every change.
      this.#ports.log.log('warn', 'source.watch-unavailable', {
        directory: this.#directory,
        reason: reasonOf(error),
        message: `${this.#directory} cannot be watched (${reasonOf(error)}): it is looked at by period, so changes take longer`,
      });
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
