/**
 * Lines, from 1 on, on which the elements of the array `items` of a JSON object begin; empty when there is none. The text must be
 * valid JSON: only quotes, brackets and line ends are looked at.
 */
export function itemLines(text: string): readonly number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  /** The key that was read last at the depth of the object's own fields. */
  let key = '';
  let isInItems = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '\n') line++;
    else if (sign === '"') {
      const end = endOfText(text, at);
      if (depth === 1) key = text.slice(at + 1, end);
      at = end;
    } else if (sign === '{' || sign === '[') {
      if (depth === 2 && isInItems) lines.push(line);
      depth++;
      if (depth === 2) isInItems = sign === '[' && key === 'items';
    } else if (sign === '}' || sign === ']') depth--;
  }
  return lines;
}

/** Where the text that begins at `from` ends. */
function endOfText(text: string, from: number): number {
  for (let at = from + 1; ; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"' || at >= text.length) return at;
  }
}
