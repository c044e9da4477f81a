// Installs Debian packages, and keeps their services off: nothing that a package brings is started or enabled.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { missingPackages } from './debian-packages.mjs';
import { run, SetupError } from './steps.mjs';

const quietApt = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' };
const policyFile = '/usr/sbin/policy-rc.d';
const policyText =
  '#!/bin/sh\n# Written by the Peerage set-up while it installs packages: no service may start.\nexit 101\n';

/** Debian asks this program before it starts a service. One that is already there keeps its say. */
async function withoutServiceStart(work) {
  const ours = !existsSync(policyFile) || readFileSync(policyFile, 'utf8') === policyText;
  if (!ours) return work();
  const undo = () => rmSync(policyFile, { force: true });
  const leave = (signal) => {
    undo();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  writeFileSync(policyFile, policyText, { mode: 0o755 });
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    return await work();
  } finally {
    process.removeListener('SIGINT', leave).removeListener('SIGTERM', leave);
    undo();
  }
}

/** What was just installed does not start with the machine either. */
async function disableServices(services) {
  const disable = existsSync('/usr/bin/systemctl')
    ? (service) => run('systemctl', ['disable', '--quiet', service], { seconds: 30 })
    : (service) => run('update-rc.d', [service, 'disable'], { seconds: 30 });
  for (const service of services) await disable(service).catch(() => undefined);
}

/** Installs all at once; when that fails, one by one, so that one bad package does not keep the others out. */
async function install(names) {
  const options = ['-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
  const apt = (wanted) => run('apt-get', ['install', ...options, ...wanted], { seconds: 900, env: quietApt });
  try {
    await apt(names);
  } catch {
    for (const name of names) await apt([name]).catch(() => undefined);
  }
}

const namesOf = (rows) => rows.map((row) => row.name).join(' ');

/**
 * Installs what is missing for `purpose`. Gives the outcome in a few words.
 * @param {string} purpose
 * @returns {Promise<string>}
 * @throws {SetupError} when packages are still missing, with their names and what they are for
 */
export async function ensurePackages(purpose) {
  const missing = missingPackages(purpose, existsSync);
  if (missing.length === 0) return 'all there';
  const explain = (reason, rows, output = '') => {
    const list = rows.map((row) => `    ${row.name.padEnd(28)} ${row.why}`).join('\n');
    const text = `${reason}, and these packages are missing:\n${list}\n  install them with: apt-get install ${namesOf(rows)}`;
    return new SetupError(text, output);
  };
  if (!existsSync('/usr/bin/apt-get')) throw explain('this machine has no apt-get', missing);
  if (process.getuid() !== 0) throw explain('only root can install packages', missing);
  const names = missing.map((row) => row.name);
  const fetch = [
    'update',
    '-qq',
    '-o',
    'Acquire::Retries=2',
    '-o',
    'Acquire::http::Timeout=20',
    '-o',
    'DPkg::Lock::Timeout=300',
  ];
  let output = '';
  await run('apt-get', fetch, { seconds: 300, env: quietApt }).catch((error) => {
    output = error.output;
  });
  await withoutServiceStart(() => install(names));
  const still = missingPackages(purpose, existsSync);
  const installed = missing.filter((row) => !still.includes(row));
  await disableServices(installed.flatMap((row) => row.services ?? []));
  if (still.length > 0)
    throw explain('apt-get could not install everything (is the network there?)', still, output);
  return `installed ${names.length}: ${namesOf(installed)}`;
}
