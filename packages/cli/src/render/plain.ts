import type { Block } from '../result.js';

/** A table without tones, for programs. */
export interface PlainTable {
  readonly title?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** The tables among blocks, whole. Text between them is for people, and left out. */
export async function plainTables(blocks: AsyncIterable<Block>): Promise<readonly PlainTable[]> {
  const tables: PlainTable[] = [];
  for await (const block of blocks) {
    if (block.kind !== 'table') continue;
    const rows: (string | number)[][] = [];
    for await (const row of block.rows) {
      rows.push(row.map((cell) => (typeof cell === 'object' ? cell.text : cell)));
    }
    tables.push({
      ...(block.title === undefined ? {} : { title: block.title }),
      columns: block.columns,
      rows,
    });
  }
  return tables;
}
