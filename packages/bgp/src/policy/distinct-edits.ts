import type { RouteEdits } from './policy.js';

const MOST_REMEMBERED = 1024;

/** Equal edits as one object: answers and what goes out are remembered by it. */
export class DistinctEdits {
  private readonly byText = new Map<string, RouteEdits>();

  one(edits: RouteEdits): RouteEdits {
    // A field that is undefined is as good as absent; null removes.
    const fields = Object.entries(edits).filter(([, value]) => value !== undefined);
    const text = JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    if (this.byText.size >= MOST_REMEMBERED) this.byText.clear();
    this.byText.set(text, edits);
    return edits;
  }
}
