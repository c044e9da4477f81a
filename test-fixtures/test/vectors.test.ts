import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { needs } from '../src/needs.js';
import { tempDir } from '../src/temp-dir.js';
import { vectorFiles, vectors } from '../src/vectors.js';

const line = { source: 'project:file.c', name: 'keepalive', hex: 'ff', expect: { kind: 'message' } };

t.test('vectors reads a file line by line', async (t) => {
  const folder = tempDir(t);
  writeFileSync(
    join(folder, 'two.jsonl'),
    `${JSON.stringify(line)}\n\n${JSON.stringify({ ...line, name: 'b' })}\n`,
  );
  writeFileSync(join(folder, 'README.md'), 'text');
  t.same(vectorFiles(folder), ['two']);
  t.same(
    vectors('two', folder).map((vector) => vector.name),
    ['keepalive', 'b'],
  );
});

t.test('a line that is not a vector is told with file and line', async (t) => {
  const folder = tempDir(t);
  writeFileSync(join(folder, 'bad.jsonl'), `${JSON.stringify(line)}\n{"source":"x","name":"y","hex":7}\n`);
  t.throws(() => vectors('bad', folder), { message: /bad\.jsonl:2: source, name and hex must be texts/ });
  writeFileSync(join(folder, 'worse.jsonl'), '{"source":"x","name":"y","hex":"00","expect":{}}\n');
  t.throws(() => vectors('worse', folder), { message: /worse\.jsonl:1: no expect\.kind/ });
});

t.test('without the variable the message names the guard', async (t) => {
  t.throws(() => vectors('any', ''), { message: /needs\("PEERAGE_VECTORS"\)/ });
});

t.test('every vector of PEERAGE_VECTORS is read, and is hex', needs('PEERAGE_VECTORS'), async (t) => {
  const all = vectorFiles().flatMap((name) => vectors(name));
  t.ok(all.length > 0, `${all.length} vectors`);
  t.same(
    all.filter((vector) => !/^([0-9a-f]{2})*$/.test(vector.hex)).map((vector) => vector.name),
    [],
  );
});
