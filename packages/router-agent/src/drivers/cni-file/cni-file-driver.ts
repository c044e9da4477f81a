import { readFile } from 'node:fs/promises';
import type { CniFileItem } from '../../items/cni-file.js';
import type { Change, ChangeFailure, Driver, ItemKind } from '../../items/item.js';
import { eachChange } from '../each-change.js';
import { writeFileAtomically } from './atomic-file.js';
import { type CniFileKind, type CniOptions, completeCniConfig } from './complete-cni-config.js';

/** Which form a file has, by its name. */
export function cniFileKind(path: string): CniFileKind {
  return path.endsWith('.conflist') ? 'conflist' : 'conf';
}

/**
 * Completes the CNI configuration file with the node's pod ranges. The file is the operator's: it is never created nor deleted, and a
 * file that is missing or wrong is a failure that is told and tried again.
 */
export class CniFileDriver implements Driver<CniFileItem> {
  readonly kind: ItemKind<CniFileItem>;
  readonly #path: string;
  readonly #options: CniOptions;

  constructor(path: string, options: CniOptions = {}) {
    this.#path = path;
    this.#options = options;
    this.kind = {
      name: 'cni-file',
      key: (item) => item.path,
      equal: (a, b) => this.#isComplete(a, b) || this.#isComplete(b, a),
    };
  }

  async read(signal: AbortSignal): Promise<readonly CniFileItem[]> {
    const text = await this.#text(signal);
    return text === null ? [] : [{ path: this.#path, podCidrs: [], text }];
  }

  apply(changes: readonly Change<CniFileItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ after }) => {
      if (after === undefined) return;
      const text = await this.#text(signal);
      if (text === null) {
        throw new Error(
          `${this.#path} does not exist; put a CNI configuration with a plugin of type bridge there, name another file in KUBE_ROUTER_CNI_CONF_FILE, or give --enable-cni=false`,
        );
      }
      const completed = completeCniConfig(text, cniFileKind(this.#path), after.podCidrs, this.#options);
      if (!completed.ok) throw new Error(`${this.#path}: ${completed.errors.join('; ')}`);
      if (completed.text !== text) await writeFileAtomically(this.#path, completed.text);
    });
  }

  /** The file, completed for what is wanted, would stay as it is. */
  #isComplete({ text }: CniFileItem, wanted: CniFileItem): boolean {
    if (text === null || wanted.text !== null) return false;
    const completed = completeCniConfig(text, cniFileKind(this.#path), wanted.podCidrs, this.#options);
    return completed.ok && completed.text === text;
  }

  async #text(signal: AbortSignal): Promise<string | null> {
    try {
      return await readFile(this.#path, { encoding: 'utf8', signal });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }
}
