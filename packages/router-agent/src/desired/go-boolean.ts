const words: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false] as const),
]);

/** The boolean words of Go's `strconv.ParseBool`, which annotations are written in; null for any other text. */
export function goBoolean(text: string): boolean | null {
  return words.get(text) ?? null;
}
