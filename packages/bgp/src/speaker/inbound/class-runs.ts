import type { PrefixId } from '../../rib/ids.js';

/** Beyond so many classes in one field, what is left comes in the order in which it was added. */
const MOST_CLASSES = 8;

/**
 * The prefixes of one field, a class after the other: a policy gives those of one class one answer, so that they are a run. Their order in the
 * field means nothing, for they have all else in common.
 *
 * ```
 * begin ── add ── add ── … ── next ── next ── … (false)
 * ```
 */
export class ClassRuns {
  private prefixes = new Int32Array(64);
  private pathIds = new Int32Array(64);
  private classes = new Int32Array(64);
  private length = 0;
  private at = 0;
  /** So many that are not of the class were moved to the front. */
  private left = 0;
  private classesTaken = 0;
  /** Outcome of the last `next`. */
  prefix = 0 as PrefixId;
  pathId = 0;
  prefixClass = 0;

  /** Nothing is left of a field before, which a policy that throws may have cut short. */
  begin(): void {
    this.length = 0;
    this.at = 0;
    this.left = 0;
    this.classesTaken = 0;
  }

  add(prefix: PrefixId, pathId: number, prefixClass: number): void {
    if (this.length === this.prefixes.length) this.grow();
    if (this.length === 0) this.prefixClass = prefixClass;
    this.prefixes[this.length] = prefix;
    this.pathIds[this.length] = pathId;
    this.classes[this.length++] = prefixClass;
  }

  /** Takes one; false: there is none. */
  next(): boolean {
    const { prefixes, pathIds, classes } = this;
    do {
      while (this.at < this.length) {
        const at = this.at++;
        if (classes[at] === this.prefixClass || this.classesTaken >= MOST_CLASSES) {
          this.prefix = prefixes[at]! as PrefixId;
          this.pathId = pathIds[at]! >>> 0;
          this.prefixClass = classes[at]!;
          return true;
        }
        prefixes[this.left] = prefixes[at]!;
        pathIds[this.left] = pathIds[at]!;
        classes[this.left++] = classes[at]!;
      }
      this.length = this.left;
      this.left = 0;
      this.at = 0;
      this.classesTaken++;
      this.prefixClass = classes[0]!;
    } while (this.length > 0);
    return false;
  }

  private grow(): void {
    for (const name of ['prefixes', 'pathIds', 'classes'] as const) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this[name]);
      this[name] = larger;
    }
  }
}
