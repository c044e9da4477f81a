import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@peerage/bgp/node';
import { eventually, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { parseConfig } from '../src/config/parse-config.js';
import { ConfigWatch } from '../src/config-watch.js';
import { checkFile } from '../src/file-check.js';

const quick = { interval: 5 };
const clock = systemClock();

/** A watch on one file of a folder, and what it told. */
function watched(t: Test, path: string, flags: readonly string[] = [], poll = 60_000) {
  const told = { holdTimes: [] as number[], errors: [[]] as (readonly string[])[], reads: 0 };
  const readTextFile = (name: string): string => readFileSync(name, 'utf8');
  const watch = new ConfigWatch(
    {
      readTextFile,
      parse: (read) => {
        told.reads++;
        const argv = [`--config=${path}`, '--manifests=/m', ...flags];
        return parseConfig(argv, {}, { hostName: 'n1', readTextFile: read, checkFile });
      },
      setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
      log: { log: () => {} },
    },
    {
      changed: (config) => told.holdTimes.push(config.bgpHoldTime),
      broken: (errors) => told.errors.push(errors),
    },
    { settle: 30, poll },
  );
  t.teardown(() => watch.close());
  watch.follow();
  const lastErrors = () => told.errors.at(-1) ?? [];
  return { told, watch, lastErrors };
}

const holdTime = (seconds: number) => `flags: { bgp-holdtime: ${seconds}s }\n`;

t.test('a file that is replaced, or written anew, is read', async (t) => {
  const folder = tempDir(t);
  const path = join(folder, 'agent.yaml');
  writeFileSync(path, holdTime(10));
  const { told } = watched(t, path);
  t.same(told.holdTimes, [10]);
  writeFileSync(`${path}.new`, holdTime(11));
  renameSync(`${path}.new`, path);
  await eventually(() => told.holdTimes.at(-1) === 11, quick);
  writeFileSync(path, holdTime(12));
  await eventually(() => told.holdTimes.at(-1) === 12, quick);
  t.same(told.holdTimes, [10, 11, 12], 'and each once');
});

t.test('a mounted folder whose link is turned to another one is followed', async (t) => {
  const folder = tempDir(t);
  for (const n of [1, 2]) {
    mkdirSync(join(folder, `version-${n}`));
    writeFileSync(join(folder, `version-${n}`, 'agent.yaml'), holdTime(10 + n));
  }
  symlinkSync('version-1', join(folder, '..data'));
  symlinkSync(join('..data', 'agent.yaml'), join(folder, 'agent.yaml'));
  const { told } = watched(t, join(folder, 'agent.yaml'));
  symlinkSync('version-2', join(folder, '..new'));
  renameSync(join(folder, '..new'), join(folder, '..data'));
  await eventually(() => told.holdTimes.at(-1) === 12, quick);
  t.same(told.holdTimes, [11, 12]);
});

t.test('a file that is broken, empty or gone changes nothing, and is told until it is right', async (t) => {
  const path = join(tempDir(t), 'agent.yaml');
  writeFileSync(path, holdTime(10));
  const { told, lastErrors } = watched(t, path);
  writeFileSync(path, 'flags: { bgp-holdtime: 2s }\n');
  await eventually(() => lastErrors().length > 0, quick);
  t.match(lastErrors(), [/agent\.yaml:1: flags\.bgp-holdtime must be a duration of 3s … 65535s, got "2s"/]);
  writeFileSync(path, '');
  await eventually(() => /is empty, and what it said stays/.test(lastErrors().join()), quick);
  rmSync(path);
  await eventually(() => /cannot be read \(ENOENT/.test(lastErrors().join()), quick);
  t.same(told.holdTimes, [10]);
  writeFileSync(path, holdTime(11));
  await eventually(() => told.holdTimes.length === 2, quick);
  t.same(lastErrors(), []);
});

t.test('a file that is written in pieces is read when it is whole', async (t) => {
  const path = join(tempDir(t), 'agent.yaml');
  writeFileSync(path, holdTime(10));
  const { told } = watched(t, path);
  const whole = `${holdTime(14)}mesh: { keepaliveTime: 3 }\n# ${'x'.repeat(500)}\n`;
  for (let end = 40; end < whole.length + 40; end += 40) {
    writeFileSync(path, whole.slice(0, end));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await eventually(() => told.holdTimes.at(-1) === 14, quick);
  t.same(
    told.errors.filter((errors) => errors.length > 0),
    [],
    'no piece was taken for the whole',
  );
});

t.test(
  'files that the file names are followed with it, and those that are named no more are not',
  async (t) => {
    const folder = tempDir(t);
    const path = join(folder, 'agent.yaml');
    writeFileSync(join(folder, 'secret'), 'one');
    writeFileSync(path, 'external: { passwordFile: secret }');
    const { told } = watched(t, path);
    writeFileSync(join(folder, 'secret'), 'two');
    await eventually(() => told.holdTimes.length === 2, quick);
    writeFileSync(path, holdTime(10));
    await eventually(() => told.holdTimes.length === 3, quick);
    const { reads } = told;
    writeFileSync(join(folder, 'secret'), 'three');
    writeFileSync(path, `${holdTime(10)}# and nothing else\n`);
    await eventually(() => told.holdTimes.length === 4, quick);
    t.equal(told.reads, reads + 1);
  },
);

t.test('without a signal of the kernel a change is found by period, or when it is asked for', async (t) => {
  const path = join(tempDir(t), 'agent.yaml');
  const elsewhere = join(tempDir(t), 'real.yaml');
  writeFileSync(elsewhere, holdTime(10));
  symlinkSync(elsewhere, path);
  const { told, watch } = watched(t, path, [], 20);
  writeFileSync(elsewhere, holdTime(11));
  await eventually(() => told.holdTimes.at(-1) === 11, quick);
  writeFileSync(elsewhere, holdTime(12));
  watch.now();
  t.equal(told.holdTimes.at(-1), 12);
});

t.test('without files there is nothing to follow', async (t) => {
  const { told, watch } = watched(t, '');
  t.equal(watch.hasFiles, false);
  watch.now();
  t.equal(told.reads, 1);
});
