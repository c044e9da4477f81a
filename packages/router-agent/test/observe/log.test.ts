import { Writable } from 'node:stream';
import t from 'tap';
import { createLog } from '../../src/observe/log.js';

function capture() {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return { lines, destination };
}

t.test('a line is a JSON object with level, event, message and fields', async (t) => {
  const { lines, destination } = capture();
  const log = createLog({ human: false, verbosity: 0, destination });
  log.log('warn', 'route.refused', { count: 2, message: 'the kernel refused two' });
  log.log('debug', 'session.state', {});
  t.equal(lines.length, 1);
  const { time, ...line } = JSON.parse(lines[0] ?? '');
  t.type(time, 'number');
  t.same(line, { level: 'warn', event: 'route.refused', count: 2, msg: 'the kernel refused two' });
});

t.test('--v=3 brings debug lines', async (t) => {
  const { lines, destination } = capture();
  createLog({ human: false, verbosity: 3, destination }).log('debug', 'session.state', {});
  t.equal(lines.length, 1);
});

t.test('on a terminal the sentence is written for people', async (t) => {
  const { lines, destination } = capture();
  createLog({ human: true, verbosity: 0, destination }).log('error', 'agent.failed', {
    message: 'no such folder',
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.match(lines.join(''), /ERROR.*no such folder/);
});
