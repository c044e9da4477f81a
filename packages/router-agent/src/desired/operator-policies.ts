import type { FilePolicies, SessionConfig } from '../config/file-config.js';
import type { PolicyItem } from '../items/policy.js';

/**
 * Puts policies of the file behind those of the agent: they are asked about what ours accept. The same two give the same object, so
 * that comparing a thousand peers costs nothing.
 */
export class OperatorPolicies {
  readonly #file: FilePolicies;
  readonly #made = new WeakMap<PolicyItem, Map<string, PolicyItem>>();

  constructor(file: FilePolicies) {
    this.#file = file;
  }

  /** Both policies of a session, with what the file names for it. */
  of(
    ours: { readonly importPolicy: PolicyItem; readonly exportPolicy: PolicyItem },
    { importPolicy, exportPolicy }: SessionConfig,
  ): { readonly importPolicy: PolicyItem; readonly exportPolicy: PolicyItem } {
    return {
      importPolicy: this.#behind(ours.importPolicy, importPolicy),
      exportPolicy: this.#behind(ours.exportPolicy, exportPolicy),
    };
  }

  #behind(item: PolicyItem, name: string | undefined): PolicyItem {
    if (name === undefined) return item;
    const known = this.#made.get(item) ?? new Map<string, PolicyItem>();
    this.#made.set(item, known);
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = { ...item, name: `${item.name}, ${name}`, andThen: { name, ...this.#file } };
    known.set(name, made);
    return made;
  }
}
