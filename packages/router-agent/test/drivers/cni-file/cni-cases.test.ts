import t from 'tap';
import { completeCniConfig } from '../../../src/drivers/cni-file/complete-cni-config.js';
import { cniCases } from './cni-cases.js';

for (const { title, kind, before, podCidrs, after } of cniCases) {
  t.test(`${title}: ${podCidrs.join(' and ') || 'nothing to put in'}`, async (t) => {
    const completed = completeCniConfig(before, kind, podCidrs);
    if (typeof after !== 'string') {
      t.match(completed, { ok: false, errors: [after.refused] });
      return;
    }
    t.same(completed, { ok: true, text: after });
    t.same(completeCniConfig(after, kind, podCidrs), { ok: true, text: after }, 'it is settled then');
  });
}
