import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Kind } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import { writeWholeFile } from './whole-file.js';

/** The cluster as it once was. */
export interface RememberedCluster {
  readonly snapshot: Snapshot;
  /** Wall-clock milliseconds. */
  readonly savedAt: number;
}

interface Header {
  readonly format: string;
  readonly savedAt: number;
  readonly sha256: string;
}

interface Body {
  readonly nodes: [string, never][];
  readonly services: [string, never][];
  readonly endpointSlices: [string, never][];
  readonly listed: Kind[];
  readonly degraded: [Kind, string][];
}

/** Changes when what a snapshot holds does: a file of another format is not read. */
const format = 'peerage cluster 1';

/**
 * A file with the cluster as it was last seen in full, so that an agent that starts while the API server is away knows whom to peer
 * with and what to announce. A line that says what follows, then the facts. They hold no secrets beyond those of annotations; the file is
 * for root alone.
 */
export class ClusterMemory {
  readonly path: string;
  readonly #wallTime: () => number;
  #lastSum = '';

  /** `wallTime` in milliseconds since 1970. */
  constructor(path: string, wallTime: () => number) {
    this.path = path;
    this.#wallTime = wallTime;
  }

  /** Null when nothing was ever saved. Rejects when the file cannot be read, or is not what was saved. */
  async load(): Promise<RememberedCluster | null> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    const end = text.indexOf('\n');
    const header = readHeader(text.slice(0, Math.max(0, end)));
    const body = text.slice(end + 1);
    if (header === null || header.sha256 !== sumOf(body)) {
      throw new Error(
        `${this.path} is damaged or of another version; it is written anew once the cluster was read`,
      );
    }
    this.#lastSum = header.sha256;
    return { snapshot: snapshotOf(JSON.parse(body) as Body), savedAt: header.savedAt };
  }

  /** Takes the place of what was saved before; the file is never seen half written. Writes nothing when nothing changed. */
  async save(snapshot: Snapshot): Promise<void> {
    const body = JSON.stringify(bodyOf(snapshot));
    const sha256 = sumOf(body);
    if (sha256 === this.#lastSum) return;
    const header: Header = { format, savedAt: this.#wallTime(), sha256 };
    await writeWholeFile(this.path, `${JSON.stringify(header)}\n${body}`);
    this.#lastSum = sha256;
  }
}

function readHeader(line: string): Header | null {
  try {
    const header = JSON.parse(line) as Partial<Header> | null;
    const isOurs = header?.format === format && typeof header.savedAt === 'number';
    return isOurs ? (header as Header) : null;
  } catch {
    return null;
  }
}

function sumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

function bodyOf({ nodes, services, endpointSlices, listed, degraded }: Snapshot): object {
  return {
    nodes: [...nodes],
    services: [...services],
    endpointSlices: [...endpointSlices],
    listed: [...listed],
    degraded: [...degraded],
  };
}

function snapshotOf({ nodes, services, endpointSlices, listed, degraded }: Body): Snapshot {
  return Object.freeze({
    nodes: new Map(nodes),
    services: new Map(services),
    endpointSlices: new Map(endpointSlices),
    listed: new Set(listed),
    degraded: new Map(degraded),
    problems: Object.freeze([]),
  });
}
