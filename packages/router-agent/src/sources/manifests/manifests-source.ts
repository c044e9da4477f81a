import { type FSWatcher, type Stats, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { allKinds, type Kind } from '../../model/cluster.js';
import type { ClusterSource, SourceStatus } from '../cluster-source.js';
import { ClusterStore } from '../cluster-store.js';
import { SourceError } from '../source-error.js';
import type { SourcePorts, SourceTimer } from '../source-ports.js';
import { ChangedNames, type LookAt, type NameSignal } from './changed-names.js';
import { type ManifestFile, readManifestFile, unreadableFile } from './manifest-file.js';
import { mergeManifestFiles } from './manifest-folder.js';

/** Limits and waits of a folder of manifests. */
export interface ManifestsOptions {
  /** Milliseconds without a change before a file that was written to is read; a writer has that long between two writes. */
  readonly settleMilliseconds: number;
  /** The same for a file that was put in place, or taken away: it is whole, but one that was removed may be about to come back. */
  readonly placedMilliseconds: number;
  /** Milliseconds after which the folder is looked at, whether or not a change was signalled. */
  readonly pollMilliseconds: number;
  /** A file with more bytes is not read, and told. */
  readonly largestFileBytes: number;
}

export const MANIFESTS_DEFAULTS: ManifestsOptions = {
  settleMilliseconds: 50,
  placedMilliseconds: 5,
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

/** What a look at a name came to: what it holds (null: nothing of ours), that it is gone, or that it is being written. */
type Look = { readonly file: KnownFile | null } | 'gone' | 'unsettled';

const MANIFEST_NAME = /^[^.].*\.(ya?ml|json)$/;
const FOLDER_HEADING = 'folder';
const FILES_HEADING = 'files';

class ManifestsSource implements ClusterSource {
  readonly #directory: string;
  readonly #ports: SourcePorts;
  readonly #options: ManifestsOptions;
  readonly #store: ClusterStore;
  readonly #files = new Map<string, KnownFile>();
  /** The files of which the store has the objects. */
  #published: readonly ManifestFile[] = [];
  /** The folder whose content is held, and the one that is watched; a folder that was replaced has another identity. */
  #folderId: string | null = null;
  #watchedId: string | null = null;
  #watcher: FSWatcher | null = null;
  readonly #changed: ChangedNames;
  #timer: SourceTimer | null = null;
  /** When the whole folder is looked at again, whatever is signalled until then. */
  #nextPoll = 0;
  /** Every file was read once. */
  #isListed = false;
  #looking: Promise<void> | null = null;
  #closed = false;
  #status: SourceStatus;

  constructor(directory: string, ports: SourcePorts, options: ManifestsOptions) {
    this.#directory = directory;
    this.#ports = ports;
    this.#options = options;
    this.#store = new ClusterStore(ports.clock);
    this.#changed = new ChangedNames({
      placed: options.placedMilliseconds,
      written: options.settleMilliseconds,
    });
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
    this.#look('folder');
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
    await this.#looking;
  }

  /** A name in the folder, or something in it, has changed. */
  #signalled(signal: NameSignal, name: string | null): void {
    // The name of the folder itself says that it was moved or removed. Kubernetes swaps what is behind all files of a mounted ConfigMap
    // by a link whose name begins with two dots.
    const isFolder = name === null || name === basename(this.#directory) || name.startsWith('..');
    if (isFolder) this.#changed.signal(null, signal, this.#ports.clock.now());
    else if (MANIFEST_NAME.test(name)) this.#changed.signal(name, signal, this.#ports.clock.now());
    else return;
    if (this.#looking === null) this.#setTimer();
  }

  #setTimer(): void {
    this.#timer?.cancel();
    if (this.#closed) return;
    const { clock } = this.#ports;
    const wait = Math.min(this.#changed.due, this.#nextPoll) - clock.now();
    this.#timer = clock.setTimer(Math.max(0, wait), () => {
      const now = clock.now();
      const changed = this.#changed.take(now);
      if (now >= this.#nextPoll) this.#look('folder');
      else if (changed === 'folder' || changed.size > 0) this.#look(changed);
      else this.#setTimer(); // it rang a little early
    });
  }

  #look(at: LookAt): void {
    this.#looking = this.#lookAt(at)
      .catch((error: unknown) => {
        this.#watcher?.close();
        this.#watchedId = null;
        this.#postponePoll();
        this.#folderLost(reasonOf(error));
      })
      .then(() => {
        this.#looking = null;
        this.#setTimer();
      });
  }

  #postponePoll(): void {
    this.#nextPoll = this.#ports.clock.now() + this.#options.pollMilliseconds;
  }

  async #lookAt(asked: LookAt): Promise<void> {
    const folder = await stat(this.#directory);
    const folderId = `${folder.dev}:${folder.ino}`;
    const isAnother = folderId !== this.#watchedId || folderId !== this.#folderId;
    if (folderId !== this.#watchedId) this.#watch(folderId);
    if (asked !== 'folder' && !isAnother) {
      await this.#readNames([...asked]);
      return;
    }
    const names = (await readdir(this.#directory)).filter((name) => MANIFEST_NAME.test(name));
    this.#postponePoll();
    if (this.#folderId !== null && folderId !== this.#folderId && names.length === 0) {
      this.#folderLost('there is an empty folder in its place');
      return;
    }
    this.#folderId = folderId;
    const there = new Set(names);
    // What is signalled is looked at by itself: a file that was removed may be about to come back.
    for (const name of [...this.#files.keys()])
      if (!there.has(name) && !this.#changed.isWaiting(name)) this.#files.delete(name);
    if (await this.#readNames(names)) this.#listed();
    else if (!this.#isListed) this.#changed.signal(null, 'written', this.#ports.clock.now());
  }

  #listed(): void {
    this.#isListed = true;
    for (const kind of allKinds) this.#store.markListed(kind);
  }

  /** Takes in what is under these names now. False when one of them was being written meanwhile. */
  async #readNames(names: readonly string[]): Promise<boolean> {
    const looks = await Promise.all(names.map((name) => this.#readFile(name)));
    if (this.#closed) return false;
    let isSettled = true;
    names.forEach((name, index) => {
      const look = looks[index];
      // Signalled since: what was read may be half of it, and is read anew. Only before the first listing it is better than nothing.
      if (this.#isListed && this.#changed.isWaiting(name)) return;
      if (look === 'gone') this.#files.delete(name);
      else if (look === 'unsettled') {
        isSettled = false;
        this.#changed.signal(name, 'written', this.#ports.clock.now());
      } else if (look?.file != null) this.#files.set(name, look.file);
    });
    this.#publish();
    return isSettled;
  }

  /** A file that changes while it is read is read again. */
  async #readFile(name: string): Promise<Look> {
    const before = this.#files.get(name) ?? null;
    const path = join(this.#directory, name);
    try {
      const found = await stat(path);
      const stamp = stampOf(found);
      if (!found.isFile() || stamp === before?.stamp) return { file: before };
      if (found.size > this.#options.largestFileBytes) {
        const reason = `${found.size} bytes, and at most ${this.#options.largestFileBytes} are read`;
        return { file: { stamp, file: unreadableFile(name, reason, before?.file ?? null) } };
      }
      const text = await readFile(path, 'utf8');
      if (stampOf(await stat(path)) !== stamp) return 'unsettled';
      return { file: { stamp, file: readManifestFile(name, text, before?.file ?? null) } };
    } catch (error) {
      if (isMissing(error)) return 'gone';
      return { file: { stamp: '', file: unreadableFile(name, reasonOf(error), before?.file ?? null) } };
    }
  }

  #publish(): void {
    const files = [...this.#files.values()].map(({ file }) => file);
    // Most looks find everything as it was, and there may be thousands of objects.
    const isSame =
      files.length === this.#published.length && files.every((file, i) => file === this.#published[i]);
    if (!isSame) this.#publishFiles(files);
    this.#published = files;
    this.#store.setProblems(FOLDER_HEADING, []);
    this.#status = {
      kind: 'manifests',
      state: 'in-sync',
      message: `${this.#files.size} files of ${this.#directory}`,
      lastContact: this.#ports.clock.wallTime(),
    };
  }

  #publishFiles(files: readonly ManifestFile[]): void {
    const { objects, problems } = mergeManifestFiles(files);
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
    }
    this.#store.setProblems(FILES_HEADING, problems);
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
      const watcher = watch(this.#directory, { persistent: false }, (event, name) =>
        this.#signalled(event === 'change' ? 'written' : 'placed', name),
      );
      watcher.on('error', () => this.#signalled('written', null));
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

/** Another one when a file was written to, or another took its place. */
function stampOf({ dev, ino, size, mtimeMs }: Stats): string {
  return `${dev}:${ino}:${size}:${mtimeMs}`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
