import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { eventually, freePort, needs } from '@peerage/test-fixtures';
import t from 'tap';
import { bird } from './bird.js';
import { originated } from './subject.js';

const example = new URL('../../../../docs/examples/embed.ts', import.meta.url);

t.test('the example is what the README shows, in at most 25 lines', async (t) => {
  const program = await readFile(example, 'utf8');
  t.ok(program.trimEnd().split('\n').length <= 25);
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  t.ok(readme.includes(`\`\`\`ts\n${program}\`\`\``));
});

t.test(
  'the example announces its prefix to BIRD and prints what it learns',
  needs(...bird.needs),
  async (t) => {
    const them = {
      address: '127.0.0.12',
      port: await freePort('127.0.0.12'),
      as: 64513,
      routerId: '198.51.100.2',
    };
    const us = { address: '127.0.0.1', port: await freePort('127.0.0.1'), as: 64512 };
    const daemon = await bird.start(t, { daemon: them, speaker: us, expectedAs: 64512, passive: true });
    const flags = ['--import=tsx', '--conditions=@peerage/source', fileURLToPath(example)];
    const program = spawn(process.execPath, [...flags, them.address, String(them.as), String(them.port)]);
    t.teardown(() => program.kill('SIGKILL'));
    let output = '';
    for (const stream of [program.stdout, program.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk));

    const route = await eventually(() => daemon.route('203.0.113.0/24'), { timeout: 30_000 });
    t.match(route, { asPath: [64512], communities: ['64512:1'] });
    await eventually(() => output.includes(`${originated.ipv4} via ${them.address}`));
    t.match(output, /^127\.0\.0\.12: session is up$/m);

    await daemon.withdraw(originated.ipv4);
    await eventually(() => output.includes(`${originated.ipv4} is gone`));
    const ended = once(program, 'exit');
    program.kill('SIGTERM');
    t.same(await ended, [0, null], output);
    await eventually(() => daemon.log().includes('the example ends'));
  },
);
