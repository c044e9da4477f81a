import Table from 'cli-table3';
import pc from 'picocolors';
import type { Block, Cell, Io, Result, TableBlock, Tone } from '../result.js';
import { print } from './print.js';

/** Rows that are measured before the first line of a table is printed. */
const PAGE = 200;

type Paint = (tone: Tone, text: string) => string;

/** Prints a result for people: tables, with colours on a terminal. */
export async function renderText(result: Result, io: Io): Promise<void> {
  const colours = pc.createColors(io.stdout.isTTY === true && io.env.NO_COLOR === undefined);
  const paint: Paint = (tone, text) =>
    ({ good: colours.green, bad: colours.red, warn: colours.yellow, dim: colours.dim, strong: colours.bold })[
      tone
    ](text);
  let first = true;
  for await (const block of result.blocks) {
    if (!first) await print(io, '\n');
    first = false;
    await renderBlock(block, io, paint);
  }
}

async function renderBlock(block: Block, io: Io, paint: Paint): Promise<void> {
  if (block.kind === 'text') {
    await print(io, `${block.tone === undefined ? block.text : paint(block.tone, block.text)}\n`);
    return;
  }
  if (block.title !== undefined) await print(io, `${paint('strong', block.title)}\n`);
  await renderTable(block, io, paint);
}

/** Prints page by page; columns only grow, so that a page lines up with the one before it. */
async function renderTable(block: TableBlock, io: Io, paint: Paint): Promise<void> {
  let widths = block.columns.map((name, column) => Math.max(name.length, block.live?.[column] ?? 0));
  const page = block.live === undefined ? PAGE : 1;
  let head: readonly string[] | null = block.columns;
  const flush = async (rows: readonly (readonly Cell[])[]): Promise<void> => {
    widths = widths.map((width, column) =>
      Math.max(width, ...rows.map((row) => plain(row[column] ?? '').length)),
    );
    const table = new Table({
      ...(head === null ? {} : { head: head.map((name) => paint('dim', name)) }),
      colWidths: widths.map((width) => width + 2),
      chars: BORDERLESS,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    });
    head = null;
    for (const row of rows) table.push(row.map((cell) => painted(cell, paint)));
    await print(io, `${table.toString().replace(/ +$/gm, '')}\n`);
  };
  let rows: (readonly Cell[])[] = [];
  for await (const row of block.rows) {
    rows.push(row);
    if (rows.length < page) continue;
    await flush(rows);
    rows = [];
  }
  if (rows.length > 0) await flush(rows);
  else if (head !== null) await print(io, `${paint('dim', block.empty)}\n`);
}

const BORDERLESS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);

function plain(cell: Cell): string {
  return typeof cell === 'object' ? cell.text : String(cell);
}

function painted(cell: Cell, paint: Paint): string {
  return typeof cell === 'object' ? paint(cell.tone, cell.text) : String(cell);
}
