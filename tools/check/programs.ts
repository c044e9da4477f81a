import { spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';
import type { Finding } from './finding.js';

/** Runs a checking program of node_modules; each line of what it prints is a finding when it fails. */
function findByProgram(root: string, path: string, args: readonly string[]): Finding[] {
  const ended = spawnSync(process.execPath, [join(root, 'node_modules', path), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (ended.status === 0) return [];
  const lines = `${ended.stdout}${ended.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return lines.map((text) => ({ place: '', text }));
}

/** Format and lint, by Biome; warnings count. */
export function findByBiome(root: string): Finding[] {
  const options = ['check', '--reporter=github', '--max-diagnostics=200', '--error-on-warnings'];
  const said = findByProgram(root, '@biomejs/biome/bin/biome', options);
  const found = said.flatMap(({ text }) => {
    const [, file, line, message] = /^::\w+ .*?file=([^,]+),line=(\d+).*?::(.*)$/.exec(text) ?? [];
    return file === undefined ? [] : [{ place: `${relative(root, file)}:${line}`, text: message ?? '' }];
  });
  return found.length > 0 ? found : said;
}

/** Types of all sources, tests and tools, by the compiler. */
export function findByCompiler(root: string): Finding[] {
  const said = findByProgram(root, 'typescript/bin/tsc', ['-p', 'tsconfig.json', '--pretty', 'false']);
  return said.map(({ text }) => {
    const [, path, line, message] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(text) ?? [];
    return path === undefined ? { place: '', text } : { place: `${path}:${line}`, text: message ?? '' };
  });
}
