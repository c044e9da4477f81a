/** Rows under a head, as Markdown that is aligned, so that terminals show it as well. Numbers stand right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] ?? '').length)));
  const isRight = head.map((_, i) => rows.every((row) => /^[-–—\d]/.test(row[i] || '-')));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (isRight[i] ? (cells[i] ?? '').padStart(width) : (cells[i] ?? '').padEnd(width))).join(' | ')} |`;
  const rule = widths.map((width, i) => (isRight[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
