import t from 'tap';
import type { Config } from '../src/config/config.js';
import { ProblemBoard } from '../src/observe/problem-board.js';
import { Reconfiguration } from '../src/reconfiguration.js';
import { configOf } from './config-of.js';

function running(flags: readonly string[] = []) {
  const told: Record<string, unknown>[] = [];
  const log = {
    log: (level: string, event: string, fields: Readonly<Record<string, unknown>>) => {
      told.push({ level, event, ...fields });
    },
    setVerbosity: (verbosity: number) => void told.push({ verbosity }),
  };
  const problems = new ProblemBoard(log);
  const agent: Config[] = [];
  const served: Config[] = [];
  const reconfiguration = new Reconfiguration(configOf('n1', flags), ['it is odd'], log);
  reconfiguration.attach(
    { problems, reconfigure: (config) => void agent.push(config) },
    { serve: async (config) => void served.push(config) },
  );
  return { reconfiguration, told, problems, agent, served };
}

t.test('what changed is put in force everywhere, and named without its value', async (t) => {
  const { reconfiguration, told, agent, served } = running();
  reconfiguration.changed(configOf('n1', ['--cluster-asn=64999', '-v=3']), ['it is odd', 'it is odder']);
  t.equal(reconfiguration.config.values['cluster-asn'], 64999);
  t.same(agent, [reconfiguration.config]);
  t.same(served, [reconfiguration.config]);
  t.match(told, [
    { event: 'config.warning', message: 'it is odder' },
    { event: 'config.changed', message: /--cluster-asn/ },
    { verbosity: 3 },
  ]);
  t.notMatch(JSON.stringify(told), /64999/);
});

t.test('what is the same as before is no change', async (t) => {
  const { reconfiguration, told, agent, served } = running(['--cluster-asn=64999']);
  reconfiguration.changed(configOf('n1', ['--cluster-asn=64999']), ['it is odd']);
  t.same([told, agent, served], [[], [], []]);
});

t.test('what needs a restart waits for one and is told, until it is taken back', async (t) => {
  const { reconfiguration, problems, agent } = running();
  reconfiguration.changed(configOf('n1', ['--socket=/run/other.sock', '--bgp-holdtime=30s']), []);
  t.match(problems.list(), [{ message: /--socket is \/run\/other\.sock from the next start/ }]);
  t.equal(reconfiguration.config.socket, configOf('n1').socket);
  t.equal(agent.length, 1, 'the rest of it holds');
  reconfiguration.changed(configOf('n1', ['--bgp-holdtime=30s']), []);
  t.same(problems.list(), []);
});

t.test('a file that is broken changes nothing, and is told at its line until it is mended', async (t) => {
  const { reconfiguration, problems, agent } = running();
  reconfiguration.broken(['/etc/peerage/agent.yaml:7: holdTime must be 3 or more', 'no such file']);
  t.same(problems.list(), [
    {
      place: '/etc/peerage/agent.yaml:7',
      message: 'holdTime must be 3 or more (what ran before goes on)',
    },
    { place: 'configuration', message: 'no such file (what ran before goes on)' },
  ]);
  t.same(agent, []);
  reconfiguration.broken([]);
  t.same(problems.list(), []);
});
