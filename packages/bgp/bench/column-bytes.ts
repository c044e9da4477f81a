/**
 * Octets of typed arrays that can be reached from an object, by its own fields: of `attributes` and of all others. What several
 * reach counts once, for the first of them.
 */
export function columnBytes(root: object): { readonly attributes: number; readonly others: number } {
  const seen = new Set<object>();
  const bytes = { attributes: 0, others: 0 };
  const walk = (value: unknown, part: keyof typeof bytes): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      if (seen.has(value.buffer)) return;
      seen.add(value.buffer);
      bytes[part] += value.buffer.byteLength;
    } else if (Array.isArray(value) || value instanceof Set) {
      for (const one of value) walk(one, part);
    } else if (value instanceof Map) {
      for (const [key, one] of value) {
        walk(key, part);
        walk(one, part);
      }
    } else {
      for (const [name, one] of Object.entries(value)) walk(one, name === 'attributes' ? 'attributes' : part);
    }
  };
  // The sets first: others refer to them.
  walk((root as { readonly attributes?: object }).attributes, 'attributes');
  walk(root, 'others');
  return bytes;
}
