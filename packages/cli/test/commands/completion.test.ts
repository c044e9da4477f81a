import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { completedCommands } from '../../src/commands/completion.js';
import { completionScript, shells } from '../../src/commands/completion-script.js';

const io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: {} };

/** What bash offers for a line. */
async function offered(t: Test, ...words: readonly string[]): Promise<readonly string[]> {
  const script = join(tempDir(t), 'completion.bash');
  writeFileSync(script, completionScript('bash', await completedCommands(io)));
  const line = words.map((word) => `'${word}'`).join(' ');
  const call = `source ${script}; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _peerage; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', call], { encoding: 'utf8' }).trim().split('\n');
}

t.test(
  'bash completes commands, their options and the flags of the agent',
  needs('command:bash'),
  async (t) => {
    t.same(await offered(t, 'peerage', 'sh'), ['show']);
    t.same(await offered(t, 'peerage', 'age'), ['agent']);
    t.same(await offered(t, 'peerage', 'show', 'nei'), ['neighbors']);
    t.ok((await offered(t, 'peerage', 'config', '--')).includes('--json'));
    t.same(await offered(t, 'peerage', 'agent', '--bgp-holdt'), ['--bgp-holdtime=']);
    t.same(await offered(t, '/usr/bin/kube-router', '--run-r'), ['--run-router']);
    t.same(await offered(t, 'peerage', 'agent', '--run-router', '--flags-f'), ['--flags-file=']);
  },
);

t.test('each shell has every command and every flag', async (t) => {
  const commands = await completedCommands(io);
  t.ok(commands.some(({ path }) => path.join(' ') === 'show rib'));
  for (const shell of shells) {
    const script = completionScript(shell, commands);
    t.match(script, 'explain');
    t.match(script, 'peer-router-multihop-ttl');
    t.match(script, 'kube-router');
  }
  t.match(completionScript('zsh', commands), /^#compdef peerage kube-router\n/);
  t.match(
    completionScript('fish', commands),
    /^complete -c peerage -f -n '.*' -a agent -d 'run the Kubernetes node agent'$/m,
  );
});
