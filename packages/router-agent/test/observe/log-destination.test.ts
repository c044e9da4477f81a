import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needs, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { logDestination } from '../../src/observe/log-destination.js';

const source = fileURLToPath(new URL('../../src/observe/log-destination.ts', import.meta.url));

t.test('a log on a full disk costs its lines, not the process', (t) => {
  const script = `
    const { logDestination } = await import(${JSON.stringify(source)});
    const log = logDestination(process.stderr);
    for (let n = 0; n < 3; n++) log.write('line\\n');
    setTimeout(() => console.log('alive'), 50);`;
  const argv = ['--import=tsx', '--input-type=module', '-e', script];
  const { stdout, status } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', openSync('/dev/full', 'w')],
  });
  t.equal(stdout, 'alive\n');
  t.equal(status, 0);
  t.end();
});

t.test('lines that are lost are counted, and told once there is room', needs('root'), (t) => {
  const folder = tempDir(t);
  const script = `
    set -e
    mount -t tmpfs -o size=8k tmpfs "$1"
    exec 2> "$1/log"
    exec node --import=tsx --input-type=module -e "$2" "$1" "$3"`;
  const program = `
    import { rmSync, readFileSync, writeFileSync, copyFileSync } from 'node:fs';
    const [folder, to] = process.argv.slice(1);
    const { logDestination } = await import(${JSON.stringify(source)});
    const log = logDestination(process.stderr);
    log.write('first\\n');
    try { writeFileSync(folder + '/fill', 'x'.repeat(9000)); } catch {}
    log.write('y'.repeat(5000) + '\\n');
    log.write('lost\\n'.repeat(1000));
    rmSync(folder + '/fill');
    log.write('last\\n');
    copyFileSync(folder + '/log', to);`;
  const kept = join(folder, 'kept');
  const argv = ['-m', 'sh', '-c', script, 'sh', tempDir(t), program, kept];
  const { stderr, stdout } = spawnSync('unshare', argv, { encoding: 'utf8' });
  const lines = readFileSync(kept, 'utf8').split('\n');
  t.equal(lines[0], 'first', `${stderr}${stdout}`);
  t.match(lines.at(-3), /"event":"log.lost","lines":2/);
  t.equal(lines.at(-2), 'last');
  t.end();
});

t.test('a reader that has gone is survived', (t) => {
  const stream = Object.assign(new EventEmitter(), { write: () => true });
  logDestination(stream).write('line\n');
  t.doesNotThrow(() => stream.emit('error', new Error('EPIPE')));
  t.end();
});
