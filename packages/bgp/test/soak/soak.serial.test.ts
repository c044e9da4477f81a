// test-timeout: 600
import t from 'tap';
import { soak } from './soak.js';
import { functionalVerdict } from './verdict.js';

t.test('a peer that reads nothing, one that floods and one that flaps harm no other session', async (t) => {
  // The hold time is longer than in the soak: what is proven here must not depend on how busy the machine is.
  const plan = { address: '127.89.0.1', peers: 24, routesEach: 400, communities: 60, holdTime: 30 };
  const report = await soak(plan, 12);
  for (const { name, seen, passed } of functionalVerdict(report)) {
    if (!name.includes('flaps')) t.ok(passed, `${name}: ${seen}`);
  }
  t.ok(report.flaps >= 2, `${report.flaps} flaps`);
});
