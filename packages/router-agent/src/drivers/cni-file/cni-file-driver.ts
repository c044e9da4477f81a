import { readFile } from 'node:fs/promises';
import type { CniFileItem } from '../../items/cni-file.js';
import type { Change, ChangeFailure, Driver, ItemKind } from '../../items/item.js';
import { eachChange } from '../each-change.js';
import { writeFileAtomically } from './atomic-file.js';
import { cniTemplate } from './cni-template.js';
import {
  type CniFileKind,
  type CniOptions,
  completeCniConfig,
  withoutCniRanges,
} from './complete-cni-config.js';

/** Which form a file has, by its name. */
export function cniFileKind(path: string): CniFileKind {
  return path.endsWith('.conflist') ? 'conflist' : 'conf';
}

export interface CniFileDriverOptions {
  /** Make the file, from our template, where there is none. */
  readonly create?: boolean;
}

/**
 * Completes the CNI configuration file with the node's pod ranges. The file is the operator's: it is made only where that was asked for,
 * and never deleted, at most its ranges are taken out again. A file that is missing or wrong is a failure that is told and tried again.
 */
export class CniFileDriver implements Driver<CniFileItem> {
  readonly kind: ItemKind<CniFileItem>;
  readonly #path: string;
  readonly #create: boolean;

  constructor(path: string, { create = false }: CniFileDriverOptions = {}) {
    this.#path = path;
    this.#create = create;
    this.kind = {
      name: 'cni-file',
      key: (item) => item.path,
      equal: (a, b) => this.#isComplete(a, b) || this.#isComplete(b, a),
    };
  }

  async read(signal: AbortSignal): Promise<readonly CniFileItem[]> {
    const text = await this.#text(signal);
    return text === null ? [] : [{ path: this.#path, podCidrs: [], mtu: null, hairpin: false, text }];
  }

  apply(changes: readonly Change<CniFileItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ after }) => {
      const kind = cniFileKind(this.#path);
      const found = await this.#text(signal);
      if (after === undefined) {
        const left = found === null ? null : withoutCniRanges(found, kind);
        if (left !== null && left !== found) await writeFileAtomically(this.#path, left);
        return;
      }
      const text = found ?? (this.#create ? cniTemplate(kind) : null);
      if (text === null) {
        throw new Error(
          `${this.#path} does not exist; give --create-cni-file, put a CNI configuration with a plugin of type bridge there, name another file in KUBE_ROUTER_CNI_CONF_FILE, or give --enable-cni=false`,
        );
      }
      const completed = completeCniConfig(text, kind, after.podCidrs, optionsOf(after));
      if (!completed.ok) throw new Error(`${this.#path}: ${completed.errors.join('; ')}`);
      if (completed.text !== found) await writeFileAtomically(this.#path, completed.text);
    });
  }

  /** The file, completed for what is wanted, would stay as it is. */
  #isComplete({ text }: CniFileItem, wanted: CniFileItem): boolean {
    if (text === null || wanted.text !== null) return false;
    const completed = completeCniConfig(text, cniFileKind(this.#path), wanted.podCidrs, optionsOf(wanted));
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

function optionsOf({ mtu, hairpin }: CniFileItem): CniOptions {
  return { hairpin, ...(mtu !== null && { mtu }) };
}
