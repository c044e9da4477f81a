import t from 'tap';
import type { BgpRole, Capability } from '../../src/capabilities/capability.js';
import type { OpenMessage } from '../../src/message/open.js';
import { vetRole } from '../../src/message/vet-role.js';

const open = (...capabilities: readonly Capability[]): OpenMessage => ({
  version: 4,
  as: 64_513,
  holdTime: 90,
  routerId: 1,
  capabilities,
});
const roles = ['provider', 'customer', 'peer', 'route-server', 'route-server-client'] as const;
const pairs = ['provider customer', 'peer peer', 'route-server route-server-client'];
const fits = (a: BgpRole, b: BgpRole) => pairs.includes(`${a} ${b}`) || pairs.includes(`${b} ${a}`);

t.test('each pair of roles is taken or refused with 2/11 as RFC 9234 has it', async (t) => {
  for (const ours of roles) {
    for (const theirs of roles) {
      const fault = vetRole(open({ name: 'role', role: theirs }), ours, false);
      if (fits(ours, theirs)) t.equal(fault, null, `${ours} ${theirs}`);
      else t.match(fault, { severity: 'reset', code: 2, subcode: 11 }, `${ours} ${theirs}`);
    }
  }
});

t.test('a peer without a role is refused in strict mode only', async (t) => {
  t.equal(vetRole(open(), 'provider', false), null);
  t.match(vetRole(open(), 'provider', true), { code: 2, subcode: 11, message: /require/ });
});

t.test('several equal roles are one, different or unknown ones are a mismatch', async (t) => {
  const customer: Capability = { name: 'role', role: 'customer' };
  t.equal(vetRole(open(customer, customer), 'provider', true), null);
  t.match(vetRole(open(customer, { name: 'role', role: 'peer' }), 'provider', false), { subcode: 11 });
  const unknown: Capability = { name: 'unknown', code: 9, value: Uint8Array.of(77) };
  t.match(vetRole(open(unknown), 'provider', false), { subcode: 11, message: /number 77/ });
});
