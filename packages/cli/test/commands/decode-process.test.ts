import { needs, vectorFiles, vectors } from '@peerage/test-fixtures';
import t from 'tap';
import { decodeLine } from '../../src/commands/decode.js';
import { peerage } from './peerage.js';

const lines = (text: string): readonly string[] => text.split('\n').slice(0, -1);

t.test(
  'every line of the vectors: a line out for a line in, in order, as JSON',
  needs('PEERAGE_VECTORS'),
  async (t) => {
    // Fragments too: what is no whole message must be refused as well as any other.
    const all = vectorFiles().flatMap((name) => vectors(name));
    t.ok(all.length > 0);
    for (const flags of [[], ['--asn2'], ['--add-path'], ['--asn2', '--add-path']]) {
      const input = all.map(({ hex }) => `${hex}\n`).join('');
      const { status, stdout, stderr } = await peerage(t, ['decode', ...flags], input);
      t.match({ status, stderr }, { status: 0, stderr: '' }, flags.join(' '));
      const out = lines(stdout);
      t.equal(out.length, all.length, 'as many lines');
      const settings = { as2: flags.includes('--asn2'), addPath: flags.includes('--add-path') };
      const wrong = out.filter((line, i) => {
        return JSON.stringify(JSON.parse(line)) !== JSON.stringify(decodeLine(all[i]?.hex ?? '', settings));
      });
      t.same(wrong, [], 'each is the message of its own line');
      const refused = out.filter((line) => 'error' in (JSON.parse(line) as object)).length;
      t.comment(`${out.length} lines${flags.length === 0 ? '' : `, ${flags.join(' ')}`}: ${refused} refused`);
    }
  },
);

t.test('what is cut, mutilated or no message at all gets an error in its place', async (t) => {
  const keepalive = `${'ff'.repeat(16)}001304`;
  const input = [
    keepalive,
    '',
    'no hex',
    keepalive.slice(0, -1),
    keepalive.slice(0, -2),
    `00${keepalive.slice(2)}`,
    `${'ff'.repeat(16)}00130900`,
    'ff'.repeat(100_000),
    keepalive,
  ];
  const { status, stdout } = await peerage(t, ['decode'], input.join('\r\n'));
  t.equal(status, 0);
  const out = lines(stdout).map((line) => JSON.parse(line) as { type?: string; error?: { code: string } });
  t.equal(out.length, input.length);
  t.match(
    [out[0], out.at(-1)],
    [{ type: 'KEEPALIVE' }, { type: 'KEEPALIVE' }],
    'good ones around them are read',
  );
  for (const one of out.slice(1, -1))
    t.match(one, { error: { code: String, message: String, offset: Number } });
});

t.test('decode with nothing to read says nothing', async (t) => {
  t.match(await peerage(t, ['decode'], ''), { status: 0, stdout: '', stderr: '' });
});
