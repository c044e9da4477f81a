// test-timeout: 600
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { needs } from '@peerage/test-fixtures';
import t from 'tap';

const peerage = fileURLToPath(new URL('../../../../peerage', import.meta.url));
const machine = needs('root', 'command:bgpd', 'command:vtysh', 'command:ping');

interface Run {
  readonly child: ChildProcess;
  readonly name: Promise<string>;
  readonly ended: Promise<{ status: number | null; output: string }>;
}

function lab(args: readonly string[]): Run {
  const child = spawn(peerage, ['lab', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let named: (name: string) => void = () => {};
  const name = new Promise<string>((resolve) => {
    named = resolve;
  });
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
    const match = /Peerage lab (\w+)/.exec(output);
    if (match?.[1] !== undefined) named(match[1]);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = new Promise<{ status: number | null; output: string }>((resolve) => {
    child.once('close', (status) => resolve({ status, output }));
  });
  return { child, name, ended };
}

/** Namespaces of one lab, or of all that the output names. */
function namespacesOf(output: string): readonly string[] {
  const names = [...output.matchAll(/Peerage lab (\w+)/g)].map((match) => match[1]);
  const all = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  return all.filter((namespace) => names.some((name) => namespace.startsWith(`${name}-`)));
}

t.test('the lab shows a cluster that works, and leaves nothing behind', machine, async (t) => {
  const { status, output } = await lab([]).ended;
  t.equal(status, 0, output);
  t.match(output, /10\.48\.2\.0\/24 via 192\.168\.1\.12 dev eth0 proto 17/);
  t.match(output, /10\.64\.0\.10 .*192\.168\.1\.11, 192\.168\.1\.12, 192\.168\.1\.13/);
  t.match(output, /Verdict: everything works/);
  t.same(namespacesOf(output), []);
});

t.test('the lab works dual stack, over one session and over two', machine, async (t) => {
  const { status, output } = await lab(['--ipv6']).ended;
  t.equal(status, 0, output);
  t.equal(output.match(/fd00:10:48:2::\/64 via fd00:192:168:1::12 dev eth0 proto 17/g)?.length, 4);
  t.match(output, /Verdict: everything works/);
  t.same(namespacesOf(output), []);
});

t.test('the lab tells programs what it shows people', machine, async (t) => {
  const { status, output } = await lab(['--json']).ended;
  t.equal(status, 0, output);
  const told = JSON.parse(output) as {
    ok: boolean;
    failures: string[];
    labs: { tables: { title: string }[] }[];
  };
  t.equal(told.ok, true);
  t.same(told.failures, []);
  t.equal(told.labs[0]?.tables.at(-1)?.title, 'Changes, one at a time');
});

t.test('a lab that is interrupted cleans up', machine, async (t) => {
  const run = lab([]);
  await run.name;
  await new Promise((resolve) => setTimeout(resolve, 2000));
  run.child.kill('SIGINT');
  const { status, output } = await run.ended;
  t.not(status, 0);
  t.match(output, /stopped by SIGINT/);
  t.same(namespacesOf(output), []);
});

t.test('a lab that is kept goes on until it is taken down', machine, async (t) => {
  const { status, output } = await lab(['--keep']).ended;
  t.equal(status, 0, output);
  const name = /peerage lab --down (\w+)/.exec(output)?.[1] ?? '';
  t.not(namespacesOf(output).length, 0);
  const down = await lab(['--down', name]).ended;
  t.equal(down.status, 0, down.output);
  t.same(namespacesOf(output), []);
});
