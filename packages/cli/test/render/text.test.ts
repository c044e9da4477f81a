import { PassThrough } from 'node:stream';
import t from 'tap';
import { renderJson } from '../../src/render/json.js';
import { durationText } from '../../src/render/route-text.js';
import { renderText } from '../../src/render/text.js';
import type { Io, Result } from '../../src/result.js';

function io(): { io: Io; text: () => string } {
  const stdout = new PassThrough();
  const chunks: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const stderr = new PassThrough();
  return {
    io: { stdin: new PassThrough(), stdout, stderr, env: {} },
    text: () => Buffer.concat(chunks).toString(),
  };
}

async function* count(to: number): AsyncIterable<readonly [number, string]> {
  for (let i = 0; i < to; i += 1) yield [i, i === 300 ? 'a wider cell' : 'x'];
}

t.test('a table has one head, lines up, and ends its lines without blanks', async (t) => {
  const out = io();
  const block = { kind: 'table', columns: ['n', 'text'], rows: count(500), empty: 'none' } as const;
  await renderText({ blocks: [block], json: null }, out.io);
  const lines = out.text().trimEnd().split('\n');
  t.equal(lines.length, 501);
  t.match(lines[0], /^n +text$/);
  t.notOk(lines.some((line) => line.endsWith(' ')));
  t.equal(lines[301], '300  a wider cell');
});

t.test('an empty table says so', async (t) => {
  const out = io();
  await renderText(
    { blocks: [{ kind: 'table', columns: ['a'], rows: [], empty: 'nothing' }], json: null },
    out.io,
  );
  t.equal(out.text(), 'nothing\n');
});

t.test('a stream is printed as one JSON array', async (t) => {
  for (const length of [0, 1, 3]) {
    const out = io();
    const result: Result = { blocks: [], json: count(length) };
    await renderJson(result, out.io);
    t.equal((JSON.parse(out.text()) as unknown[]).length, length);
  }
});

t.test('durations are two units at most', (t) => {
  t.equal(durationText(5.9), '5s');
  t.equal(durationText(245), '4m05s');
  t.equal(durationText(3 * 3600 + 60), '3h01m');
  t.equal(durationText(90_000), '1d1h');
  t.end();
});
