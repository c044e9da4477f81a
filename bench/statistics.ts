/** Middle of the values; of two middle ones, what lies between. Throws when there are none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of no values was asked for');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Half of the width of the middle half of the values, as a share of the median: 0.05 reads "± 5 %". */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  const sorted = [...values].sort((a, b) => a - b);
  const quarter = Math.floor(sorted.length / 4);
  return middle === 0 ? 0 : (sorted[sorted.length - 1 - quarter]! - sorted[quarter]!) / 2 / middle;
}
