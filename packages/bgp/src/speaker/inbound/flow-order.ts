import { compareKeys, type FlowKey, isWithin } from './flow-key.js';

/** A chunk is divided when it is longer. */
const LONGEST_CHUNK = 256;

/**
 * Keys in order, in chunks, so that one comes or goes without moving all behind it:
 *
 * ```
 * chunks  [ 10.0.0.0/8 10.0.0.0/24 … ][ 10.7.0.0/16 … ][ 2001:db8::/32 … ]     none is empty, none longer than `LONGEST_CHUNK`
 * ```
 */
export class FlowOrder<Key extends FlowKey> {
  private readonly chunks: Key[][] = [];
  size = 0;

  /** Most keys, or chunks, that are moved when a key comes or goes. */
  get longestMove(): number {
    return Math.max(this.chunks.length, ...this.chunks.map(({ length }) => length));
  }

  add(key: Key): void {
    this.size++;
    const { chunks } = this;
    if (chunks.length === 0) {
      chunks.push([key]);
      return;
    }
    const at = Math.min(this.chunkOf(key), chunks.length - 1);
    const chunk = chunks[at]!;
    chunk.splice(placeIn(chunk, key), 0, key);
    if (chunk.length > LONGEST_CHUNK) chunks.splice(at + 1, 0, chunk.splice(LONGEST_CHUNK / 2));
  }

  remove(key: Key): void {
    const at = this.chunkOf(key);
    const chunk = this.chunks[at];
    if (chunk === undefined) return;
    const place = placeIn(chunk, key);
    if (chunk[place] !== key) return;
    this.size--;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.chunks.splice(at, 1);
  }

  /** Whether there is a key in a prefix. */
  hasWithin(prefix: FlowKey): boolean {
    const chunk = this.chunks[this.chunkOf(prefix)];
    const first = chunk?.[placeIn(chunk, prefix)];
    return first !== undefined && isWithin(first, prefix);
  }

  /** Calls back for the keys in a prefix from `from` on, `most` of them. The first that it did not come to, or null. */
  eachWithin(prefix: FlowKey, from: FlowKey, most: number, visit: (key: Key) => void): Key | null {
    let left = most;
    let at = this.chunkOf(from);
    for (let place = placeIn(this.chunks[at] ?? [], from); at < this.chunks.length; at++, place = 0) {
      for (const chunk = this.chunks[at]!; place < chunk.length; place++) {
        const key = chunk[place]!;
        if (!isWithin(key, prefix)) return null;
        if (left-- === 0) return key;
        visit(key);
      }
    }
    return null;
  }

  /** The chunk where a key is, or would be: the first whose last key is not before it. */
  private chunkOf(key: FlowKey): number {
    const { chunks } = this;
    let at = 0;
    for (let end = chunks.length; at < end; ) {
      const middle = (at + end) >>> 1;
      if (compareKeys(chunks[middle]!.at(-1)!, key) < 0) at = middle + 1;
      else end = middle;
    }
    return at;
  }
}

/** The place of the first key that is not before this one. */
function placeIn(chunk: readonly FlowKey[], key: FlowKey): number {
  let at = 0;
  for (let end = chunk.length; at < end; ) {
    const middle = (at + end) >>> 1;
    if (compareKeys(chunk[middle]!, key) < 0) at = middle + 1;
    else end = middle;
  }
  return at;
}
