import t from 'tap';
import { compilePolicies } from '../../../src/policy/policies.js';
import type { Policy } from '../../../src/policy/policy.js';
import { best, Lab, peerOf } from '../lab.js';

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
