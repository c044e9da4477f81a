/** The name with the fewest edits to `wrong`, or null when none is near enough to be what was meant. */
export function nearestName(wrong: string, names: Iterable<string>): string | null {
  const plain = wrong.toLowerCase().replaceAll('_', '-');
  let best: string | null = null;
  // Of long names one letter in three may be wrong, of short ones two, never all.
  let fewest = Math.min(Math.max(2, Math.floor(plain.length / 3)), plain.length - 1) + 1;
  for (const name of names) {
    const edits = editDistance(plain, name);
    if (edits < fewest) {
      fewest = edits;
      best = name;
    }
  }
  return best;
}

/** Levenshtein's distance, one row of the table at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substituted = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
