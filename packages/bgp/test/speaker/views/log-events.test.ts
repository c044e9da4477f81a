import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { logEvents, logEventsPage, tell } from '../../../src/speaker/views/log-events.js';
import { Lab, peerOf } from '../lab.js';

t.test('docs/reference/log-events.md is what the table says', async (t) => {
  const page = new URL('../../../../../docs/reference/log-events.md', import.meta.url);
  if (process.env.PEERAGE_WRITE_PAGES === '1') writeFileSync(page, logEventsPage());
  const how =
    'write it with PEERAGE_WRITE_PAGES=1 npx tap packages/bgp/test/speaker/views/log-events.test.ts';
  t.equal(readFileSync(page, 'utf8'), logEventsPage(), how);
});

t.test('nothing is logged but through the table, and everything in it is', async (t) => {
  const source = new URL('../../../src/', import.meta.url);
  const used = new Set<string>();
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('log-events.ts')) continue;
    const text = readFileSync(new URL(file, source), 'utf8');
    t.notMatch(text, /\blog\??\.log\(/, `${file}: log with tell(), so that people get a sentence`);
    for (const event of Object.keys(logEvents)) if (text.includes(`'${event}'`)) used.add(event);
  }
  t.same([...used].sort(), Object.keys(logEvents).sort());
});

t.test('every event has a sentence that is made of its fields', async (t) => {
  for (const [event, { fields, levels }] of Object.entries(logEvents)) {
    const values = Object.fromEntries(fields.map((field) => [field, `<${field}>`]));
    const lines: string[] = [];
    const log = {
      log: (_level: string, _event: string, told: object) => lines.push(Reflect.get(told, 'message')),
    };
    tell(log, levels[0], event as keyof typeof logEvents, values);
    t.match(lines[0], /^.{20,}$/, event);
    t.notMatch(lines[0], /undefined|\[object/, `${event}: ${lines[0]}`);
  }
});

t.test('a session that comes and goes is told in sentences', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  left.speaker.addPeer(peerOf(right));
  right.speaker.addPeer(peerOf(left));
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  const closed = right.speaker.close({ communication: 'maintenance' });
  await lab.clock.runFor(3000);
  await closed;
  const said = left.lines.map(({ fields }) => fields.message);
  t.ok(said.includes(`the session with ${right.address} (AS 64513) is up: ipv4-unicast`), said.join('\n'));
  t.ok(
    said.some((line) => /is down: .*Administrative Shutdown: maintenance$/.test(String(line))),
    said.join('\n'),
  );
  t.ok(said.every((line) => typeof line === 'string'));
  void left.speaker.close();
});
