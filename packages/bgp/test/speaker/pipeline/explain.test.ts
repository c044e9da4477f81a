import t from 'tap';
import { parseFamily } from '../../../src/net/family.js';
import { compilePolicies } from '../../../src/policy/policies.js';
import type { Policy } from '../../../src/policy/policy.js';
import type { AnnouncedNlri } from '../../../src/speaker/settings/config.js';
import { best, Lab, peerOf } from '../lab.js';
import { nlriHex, OpaqueEnd } from '../opaque-end.js';
import { path, pipeline, settle } from '../pipeline-fixture.js';

const policies = compilePolicies({
  policies: {
    in: [
      { name: 'bogon', match: { prefixes: [{ prefix: '10.0.0.0/8', le: 32 }] }, action: 'reject' },
      { name: 'tag', action: 'next', edits: { addCommunities: ['64512:7'] } },
      { name: 'prefer', match: { asPath: '^64513$' }, action: 'accept', edits: { addLocalPref: 50 } },
    ],
    out: [
      { name: 'own', match: { source: 'local' }, action: 'reject' },
      {
        name: 'rest',
        action: 'accept',
        edits: { removeCommunities: ['64512:*'], prependAses: [64512, 64512] },
      },
    ],
  },
});

function named(name: string): Policy {
  const found = policies.get(name);
  if (found === undefined) throw new Error(`no policy ${name}`);
  return found;
}

t.test(
  'explain names the statements of import and export, their edits, and the rule of the decision',
  async (t) => {
    const lab = new Lab();
    const [middle, left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513), lab.speaker(3, 64514)];
    middle.speaker.addPeer(peerOf(left, { importPolicy: named('in') }));
    middle.speaker.addPeer(peerOf(right, { exportPolicy: named('out') }));
    left.speaker.addPeer(peerOf(middle));
    right.speaker.addPeer(peerOf(middle));
    middle.speaker.announce({ prefixes: ['198.51.100.0/24'] });
    left.speaker.announce({ prefixes: ['203.0.113.0/24', '10.0.0.0/24'] });
    right.speaker.announce({ prefixes: ['203.0.113.0/24'] });
    await lab.start(middle, left, right);
    t.ok(await lab.up(middle, left, right));
    t.ok(
      await lab.until(
        () => (middle.speaker.rib({ prefix: '203.0.113.0/24' }).routes[0]?.paths.length ?? 0) === 2,
      ),
    );
    await lab.clock.runFor(1000);

    const learned = middle.speaker.explain('203.0.113.0/24', right.address);
    t.same(
      learned?.imports.filter((one) => one.peer === left.address),
      [
        {
          peer: left.address,
          action: 'accept',
          policy: 'in',
          statement: 'prefer',
          reason: 'accepted by statement prefer',
          edits: ['local preference + 50', 'add communities 64512:7'],
        },
      ],
    );
    t.match(learned?.decision, [
      { peer: left.address, best: true, reason: 'higher local preference', attributes: { localPref: 150 } },
      { peer: right.address, best: false, reason: 'lower local preference' },
    ]);
    t.match(learned?.export, {
      peer: right.address,
      advertised: true,
      paths: [
        { policy: 'out', statement: 'rest', edits: ['prepend 64512 64512', 'remove communities 64512:*'] },
      ],
    });
    t.match(
      middle.speaker.advertised(right.address, { prefix: '203.0.113.0/24' }).routes[0]?.paths[0]?.attributes,
      {
        asPath: [{ ases: [64512, 64512, 64512, 64513] }],
        communities: undefined,
      },
    );

    t.match(middle.speaker.explain('10.0.0.0/24', right.address), {
      imports: [{ action: 'reject', statement: 'bogon' }],
      export: { advertised: false, reason: 'there is no usable path' },
    });
    t.match(middle.speaker.explain('198.51.100.77', right.address), {
      prefix: '198.51.100.0/24',
      imports: [],
      decision: [{ peer: 'local', reason: 'only path' }],
      export: {
        advertised: false,
        reason: 'rejected by statement own',
        paths: [{ peer: 'local', statement: 'own' }],
      },
    });
    t.match(middle.speaker.explain('203.0.113.0/24', left.address)?.export, {
      advertised: false,
      reason: 'it was learned from this peer',
    });
    t.equal(middle.speaker.explain('192.0.2.0/24'), undefined);
    t.throws(() => middle.speaker.explain('203.0.113.0/24', '192.0.2.99'), { code: 'BGP_ERR_UNKNOWN_PEER' });
  },
);

t.test('a policy that asks for origin validation is asked anew when its answers change', async (t) => {
  const lab = new Lab();
  let state: 'valid' | 'invalid' = 'invalid';
  const asked: (readonly [number, number])[] = [];
  const originValidator = {
    state(_: unknown, __: unknown, length: number, originAs: number) {
      asked.push([length, originAs]);
      return state;
    },
  };
  const [left, right] = [lab.speaker(1, 64512, {}, { originValidator }), lab.speaker(2, 64513)];
  const rov = compilePolicies({
    policies: {
      rov: { statements: [{ match: { rpki: 'invalid' }, action: 'reject' }], otherwise: 'accept' },
    },
  }).get('rov');
  left.speaker.addPeer(peerOf(right, { ...(rov && { importPolicy: rov }) }));
  right.speaker.addPeer(peerOf(left));
  right.speaker.announce({ prefixes: ['203.0.113.0/24'] });
  await lab.start(left, right);
  t.ok(await lab.until(() => asked.length > 0));
  t.same(asked[0], [24, 64513]);
  t.equal(best(left, '203.0.113.0/24'), undefined);
  state = 'valid';
  left.speaker.revalidate();
  t.ok(await lab.until(() => best(left, '203.0.113.0/24') !== undefined));
});

t.test('destinations of every family are explained, by octets, value or text', async (t) => {
  const p = pipeline();
  const vpn4 = parseFamily('vpnv4-unicast');
  const from = new OpaqueEnd('10.0.0.1', 64_601, vpn4).open(p);
  const to = new OpaqueEnd('10.0.0.2', 64_602, vpn4, { exportPolicy: named('out') }).open(p);
  const hex = nlriHex(vpn4, { rd: '65000:1', labels: [100], prefix: '10.0.0.0/8' });
  from.announce(p, [hex], path(64_601), '00000000000000000a000001');
  p.announce({ prefixes: [], nlri: [{ family: 'ipv4-multicast', value: '203.0.113.0/24' }] });
  settle(p);
  const otherLabel = nlriHex(vpn4, { rd: '65000:1', labels: [7], prefix: '10.0.0.0/8' });
  for (const route of [
    { hex },
    { hex: otherLabel },
    { value: { rd: '65000:1', labels: [], prefix: '10.0.0.0/8' } },
    { value: 'rd 65000:1 10.0.0.0/8 label 100' },
  ]) {
    const found = p.explain({ family: 'vpnv4-unicast', ...route }, to.index);
    t.match(found, {
      family: 'vpnv4-unicast',
      prefix: 'rd 65000:1 10.0.0.0/8 label 100',
      imports: [{ peer: '10.0.0.1', action: 'accept', reason: 'no policy is set' }],
      decision: [{ peer: '10.0.0.1', best: true }],
      export: { peer: '10.0.0.2', advertised: true, paths: [{ statement: 'rest' }] },
    });
  }
  t.match(p.explain({ family: 'vpnv4-unicast', hex }, from.index)?.export, {
    advertised: false,
    reason: 'it was learned from this peer',
  });
  t.match(p.explain({ family: 'ipv4-multicast', hex: '18cb0071' }, to.index), {
    prefix: '203.0.113.0/24',
    export: { advertised: false, reason: 'ipv4-multicast is not carried on this session' },
  });
  for (const value of ['rd 65000:2 10.0.0.0/8', 'anything']) {
    t.equal(p.explain({ family: 'vpnv4-unicast', value }, null), undefined);
  }
  t.equal(p.explain({ family: 'l2vpn-evpn', value: 'not one that is there' }, null), undefined);
  for (const route of [
    { family: 'ipv9', hex: '00' },
    { family: 'vpnv4-unicast', hex: '20' },
    { family: 'vpnv4-unicast' },
  ]) {
    t.throws(() => p.explain(route as AnnouncedNlri, null), { name: 'BgpError' });
  }
});

t.test('a flow specification that is not feasible is explained as refused', async (t) => {
  const p = pipeline();
  const flow4 = parseFamily('ipv4-flowspec');
  const from = new OpaqueEnd('10.0.0.1', 64_601, flow4, { flowspecValidation: 'strict' }).open(p);
  const hex = nlriHex(flow4, { components: [{ type: 'destination-prefix', prefix: '10.0.0.0/8' }] });
  from.announce(p, [hex], path(64_601), '');
  settle(p);
  t.match(p.explain({ family: 'ipv4-flowspec', hex }, null), {
    imports: [{ peer: '10.0.0.1', action: 'reject', reason: /no unicast route covers/ }],
    decision: [{ accepted: false }],
  });
});
