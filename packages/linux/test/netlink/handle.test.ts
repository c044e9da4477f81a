import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { LinuxError, type Netlink, openNetlink } from '../../src/index.js';
import { kernel, needsRoot } from '../lab.js';

t.setTimeout(120_000);

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const source = new URL('../../src/index.ts', import.meta.url).href;
const built = new URL('../../dist/index.js', import.meta.url).href;

/** Runs a program as a process of its own; it must end by itself, or this fails after ten seconds. */
async function program(door: string, body: string): Promise<string> {
  const code = `import { openNetlink } from ${JSON.stringify(door)};\n${body}`;
  const flags = door.endsWith('.ts') ? ['--import=tsx'] : [];
  const args = [...flags, '--input-type=module', '--eval', code];
  return (await run(process.execPath, args, { cwd: root, timeout: 10_000 })).stdout;
}

for (const [name, door] of [
  ['sources', source],
  ['built files', built],
] as const) {
  t.test(`from ${name}, a process ends once its handle is closed`, async (t) => {
    const body = `const netlink = await openNetlink();
      console.log((await netlink.links.get('lo')).name);
      await netlink.close();`;
    t.equal(await program(door, body), 'lo\n');
  });
}

t.test('an open handle keeps the process alive', async (t) => {
  const body = `const netlink = await openNetlink();
    setTimeout(() => { console.log('still here'); netlink.close(); }, 300).unref();`;
  t.equal(await program(source, body), 'still here\n');
});

t.test('an open handle that is unref-ed lets the process end', async (t) => {
  const body = `const netlink = await openNetlink();
    netlink.unref();
    setTimeout(() => console.log('still here'), 3000).unref();`;
  t.equal(await program(source, body), '');
});

t.test('process.exit ends a process whose handle waits', async (t) => {
  const body = `await openNetlink(); await openNetlink(); console.log('bye'); process.exit(0);`;
  t.equal(await program(source, body), 'bye\n');
});

t.test('a namespace that does not exist is an error that names it', async (t) => {
  await t.rejects(openNetlink({ namespace: 'lx-nowhere' }), {
    code: 'LINUX_ERR_NAMESPACE',
    message: /"lx-nowhere".*\/run\/netns\/lx-nowhere/,
  });
});

t.test('after close, requests reject and a second close does nothing', async (t) => {
  const netlink = await openNetlink();
  const pending = netlink.links.dump();
  const closing = netlink.close();
  await t.rejects(pending, { code: 'LINUX_ERR_CLOSED' });
  await closing;
  await netlink.close();
  await t.rejects(netlink.links.dump(), { code: 'LINUX_ERR_CLOSED' });
});

t.test('a handle in a namespace sees that namespace and not ours', needsRoot, async (t) => {
  const { netlink } = await kernel(t);
  const names = (await netlink.links.dump()).map((link) => link.name);
  t.same(names.sort(), ['lo', 'one', 'two']);
  const ours = await openNetlink();
  t.teardown(() => ours.close());
  t.equal(await ours.links.get('two'), undefined);
});

t.test('twenty idle handles leave file and DNS calls alone', async (t) => {
  const handles: Netlink[] = [];
  t.teardown(() => Promise.all(handles.map((handle) => handle.close())));
  const before = await slowest();
  for (let opened = 0; opened < 20; opened++) {
    const handle = await openNetlink();
    handle.subscribe(['link', 'address', 'route'], () => {});
    handles.push(handle);
  }
  const after = await slowest();
  t.comment(`slowest of 20 calls: ${before.toFixed(1)} ms without, ${after.toFixed(1)} ms with the handles`);
  // libuv's pool has four threads: had the handles waited there, no call would ever return.
  t.ok(after < before + 500, `${after} ms`);
  t.equal((await handles[19]!.links.get('lo'))?.name, 'lo');
});

async function slowest(): Promise<number> {
  const calls = Array.from({ length: 10 }, () => [readFile('/proc/self/stat'), lookup('localhost')]);
  const timed = calls.flat().map(async (call) => {
    const started = performance.now();
    await call;
    return performance.now() - started;
  });
  return Math.max(...(await Promise.all(timed)));
}

t.test('without rights, a change rejects with the way out', needsRoot, async (t) => {
  const body = `process.setuid(65534);
    const netlink = await openNetlink();
    try { await netlink.links.createBridge('lx-none'); } catch (error) { console.log(error.code, error.message); }
    await netlink.close();`;
  const printed = await program(built, body);
  t.match(printed, /^LINUX_ERR_PERMISSION cannot create bridge lx-none: .*needs root or CAP_NET_ADMIN/);
});

t.test('errors are of one class', async (t) => {
  await t.rejects(openNetlink({ namespace: 'lx-nowhere' }), LinuxError);
});

t.test('a handle tells when it has ended', async (t) => {
  const netlink = await openNetlink();
  const ended = netlink.ended;
  await netlink.close();
  t.equal(await ended, null);
});
