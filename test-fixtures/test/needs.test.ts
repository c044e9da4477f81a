import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Machine } from '../src/machine.js';
import { commandPath, hasKernelModule } from '../src/machine.js';
import { needs, needsOn, wayOutMark } from '../src/needs.js';
import { tempDir } from '../src/temp-dir.js';

function machine(parts: Partial<Machine>): Machine {
  return {
    env: {},
    isRoot: () => false,
    pathExists: () => false,
    commandPath: () => undefined,
    hasKernelModule: () => false,
    ...parts,
  };
}

t.test('needs leaves nothing out where all is there', async (t) => {
  const full = machine({
    env: { VM_RUN: '/opt/vm-run' },
    isRoot: () => true,
    pathExists: (path) => path === '/opt/vm-run',
    commandPath: (name) => `/usr/sbin/${name}`,
    hasKernelModule: (name) => name === 'dummy',
  });
  t.same(needsOn(full, 'root', 'VM_RUN', 'command:ip', 'kernel:dummy'), { skip: false });
  t.same(needsOn(full), { skip: false });
});

const lacking = [
  ['root', 'not root', 'run npm test as root'],
  ['command:bird', 'no program bird', 'apt-get install bird2'],
  ['command:strace', 'no program strace', 'apt-get install strace'],
  ['kernel:ip_vs', 'this kernel has no module ip_vs', 'modprobe ip_vs works'],
  ['KUBE_APISERVER', 'KUBE_APISERVER is not set', 'set KUBE_APISERVER'],
  ['VM_RUN', 'VM_RUN is not set', 'set VM_RUN'],
  ['PEERAGE_VECTORS', 'PEERAGE_VECTORS is not set', 'set PEERAGE_VECTORS'],
] as const;

for (const [need, reason, wayOut] of lacking) {
  t.test(`needs says what is missing and the way out: ${need}`, async (t) => {
    const { skip } = needsOn(machine({}), need);
    const [said, way] = String(skip).split(wayOutMark);
    t.match(said, reason);
    t.match(way, wayOut);
    t.notMatch(String(skip), /[#\n]/, 'a TAP directive holds it');
  });
}

t.test('a variable that names nothing is told with its value', async (t) => {
  const { skip } = needsOn(machine({ env: { KUBE_APISERVER: '/nowhere/kube-apiserver' } }), 'KUBE_APISERVER');
  t.match(skip, 'KUBE_APISERVER is /nowhere/kube-apiserver, which does not exist');
  t.match(needsOn(machine({ env: { VM_RUN: '' } }), 'VM_RUN').skip, 'VM_RUN is not set');
});

t.test('everything that is missing is in one text', async (t) => {
  const { skip } = needsOn(machine({}), 'root', 'command:bgpd', 'command:vtysh');
  t.equal(
    skip,
    `not root; no program bgpd; no program vtysh${wayOutMark}run npm test as root; apt-get install frr`,
  );
});

t.test('needs looks at the machine that it runs on', async (t) => {
  t.equal(needs('root').skip === false, process.getuid?.() === 0);
  t.same(needs('command:sh'), { skip: false });
  t.type(needs('command:no-such-program-anywhere').skip, 'string');
  t.type(needs('kernel:no_such_module_anywhere').skip, 'string');
});

t.test('commandPath finds executable files only', async (t) => {
  const folder = tempDir(t);
  for (const [name, mode] of [
    ['tool', 0o755],
    ['text', 0o644],
  ] as const) {
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chmodSync(join(folder, name), mode);
  }
  mkdirSync(join(folder, 'folder'));
  t.equal(commandPath('tool', folder), join(folder, 'tool'));
  t.equal(commandPath('text', folder), undefined);
  t.equal(commandPath('folder', folder), undefined);
  t.equal(commandPath('tool', ''), undefined);
});

t.test('hasKernelModule finds none that does not exist', async (t) => {
  t.equal(hasKernelModule('no_such_module_anywhere'), false);
});
