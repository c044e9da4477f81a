import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FuzzTarget } from './target.js';
import { TARGETS } from './targets.js';

/** Targets by name; a name that ends in `.ts` is a module that exports its own `target`. None means all. */
export async function loadTargets(names: readonly string[]): Promise<readonly FuzzTarget[]> {
  if (names.length === 0) return TARGETS;
  const found: FuzzTarget[] = [];
  for (const name of names) {
    const known = TARGETS.find((target) => target.name === name);
    if (known !== undefined) {
      found.push(known);
    } else if (name.endsWith('.ts')) {
      const module = (await import(pathToFileURL(resolve(name)).href)) as { readonly target: FuzzTarget };
      found.push(module.target);
    } else {
      const names = TARGETS.map((target) => target.name).join(', ');
      throw new Error(`no such target: ${name}; there are ${names}, or the path of a module (.ts)`);
    }
  }
  return found;
}
