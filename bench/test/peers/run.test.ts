// test-timeout: 900
import { join } from 'node:path';
import { commandPath, needs } from '@peerage/test-fixtures';
import t from 'tap';
import { DEFAULT_POLICY, readPolicy } from '../../peers/biting-policy.js';
import { daemonCalled, daemonsHere } from '../../peers/daemons.js';
import { type RunOptions, runOnce } from '../../peers/run.js';
import { type ScenarioLetter, type ScenarioSizes, scenario } from '../../peers/scenario.js';

const options: RunOptions = {
  ...{ seed: 1, pin: false, waitQuietSeconds: 0, holdSeconds: 180, keep: false },
  ...{ phaseSeconds: 60, idleSeconds: 20, lingerSeconds: 0.2 },
};
const needed = needs('root', 'command:ip', 'command:setpriv');

t.test('a daemon is called by name, and one that is not there says how to get it', async (t) => {
  t.equal(daemonCalled('reflector').daemon.name, 'reflector');
  t.ok(daemonsHere().includes('reflector'));
  t.ok(daemonsHere().includes('peerage'), 'as it is built');
  t.throws(() => daemonCalled('quagga'), /no daemon "quagga"; there are peerage, bird2/);
  t.throws(() => daemonCalled('exec:/no/such/program'), /not on this machine/);
});

const right: readonly (readonly [ScenarioLetter, ScenarioSizes, readonly string[]])[] = [
  ['b', { peers: 3, perPeer: 100 }, ['load']],
  ['c', { n: 200, monitors: 3 }, ['load']],
  ['d', { n: 300, flap: 50, cycles: 2, steps: 2 }, ['load', 'churn', 'steps']],
  ['e', { n: 300 }, ['load', 'loss']],
];
for (const [letter, sizes, phases] of right) {
  t.test(`scenario ${letter} comes to its end, with figures of each phase`, needed, async (t) => {
    const outcome = await runOnce(daemonCalled('reflector'), scenario(letter, sizes), options);
    t.equal(outcome.reason, undefined);
    t.equal(outcome.isOk, true);
    t.same(Object.keys(outcome.phases), phases);
    for (const phase of Object.values(outcome.phases)) {
      t.ok(phase.seconds > 0);
      t.ok(phase.feedersSeconds >= phase.seconds);
    }
    t.ok(outcome.peakMebibytes > 0);
  });
}

t.test(
  'a real daemon is right with feeders that overlap',
  needs('root', 'command:ip', 'command:bird'),
  async (t) => {
    const outcome = await runOnce(
      daemonCalled('bird2'),
      scenario('b', { peers: 3, perPeer: 100, overlap: true }),
      options,
    );
    t.equal(outcome.reason, undefined);
    t.equal(outcome.isOk, true);
  },
);

for (const name of ['peerage', 'bird2']) {
  t.test(
    `a policy bites in ${name}, and receivers see that it did`,
    needs('root', 'command:ip', 'command:bird'),
    async (t) => {
      const one = { ...scenario('c', { n: 300, monitors: 2 }), isFiltered: true } as const;
      const outcome = await runOnce(daemonCalled(name), one, {
        ...options,
        policy: readPolicy(DEFAULT_POLICY),
      });
      t.equal(outcome.reason, undefined);
      t.equal(outcome.findings?.hits?.routes, 300);
      await t.rejects(runOnce(daemonCalled(name), one, options), /none is given/);
    },
  );
}

const node = `${commandPath('node') ?? process.execPath} --import=tsx --conditions=@peerage/source`;
const faulty = join(import.meta.dirname, 'faulty-daemon.ts');
for (const [mistake, fault] of [
  ['missing', 'missing'],
  ['extra', 'unknownPrefix'],
  ['wrong', 'wrongAttributes'],
] as const) {
  t.test(`a daemon with a mistake is caught: ${mistake}`, needed, async (t) => {
    const dut = daemonCalled(`exec:${node} ${faulty} ${mistake} {config}`);
    const outcome = await runOnce(dut, scenario('a', { n: 200 }), { ...options, idleSeconds: 2 });
    t.equal(outcome.isOk, false);
    t.match(outcome.reason, new RegExp(`\\d+ × ${fault}`));
    t.ok((outcome.findings?.faults[fault] ?? 0) > 0);
    t.not(outcome.findings?.examples.length, 0);
  });
}

t.test('a daemon that does not answer, or ends, fails the run with a reason', needed, async (t) => {
  const dut = daemonCalled(`exec:${process.execPath} -e process.exit(3) {config}`);
  const outcome = await runOnce(dut, scenario('a', { n: 10 }), options);
  t.match(outcome.reason, /the daemon ended \(status 3\)/);
});
