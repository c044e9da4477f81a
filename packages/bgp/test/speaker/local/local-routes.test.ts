import t from 'tap';
import { policyFunction } from '../../../src/policy/compile.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

t.test(
  'announced routes go out with the own address of the session, to internal and external peers',
  async (t) => {
    const p = pipeline();
    const a = new FarEnd('10.0.0.1', 64_601).open(p);
    const b = new FarEnd('10.0.0.2', LOCAL_AS).open(p);
    p.announce({
      prefixes: ['192.0.2.0/24', '2001:db8:9::/48'],
      attributes: { med: 7, communities: [9] },
      owner: 'x',
    });
    settle(p);
    for (const end of [a, b]) {
      t.equal(end.held.get('192.0.2.0/24')?.nextHop, '10.0.0.254');
      t.equal(end.held.get('2001:db8:9::/48')?.nextHop, '2001:db8::254');
      t.equal(end.held.get('192.0.2.0/24')?.attributes.med, 7, 'our own MED is ours to give');
    }
    t.equal(b.held.get('192.0.2.0/24')?.attributes.localPref, 100);
  },
);

t.test('an explicit next hop goes out as it is', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  p.announce({ prefixes: ['192.0.2.0/24'], nextHop: '10.0.0.77' });
  settle(p);
  t.equal(a.held.get('192.0.2.0/24')?.nextHop, '10.0.0.77');
  t.throws(() => p.announce({ prefixes: ['2001:db8::/32'], nextHop: '10.0.0.77' }), {
    code: 'BGP_ERR_NEXT_HOP',
  });
});

t.test('an own route wins over learned ones, which take over when it goes', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  p.announce({ prefixes: ['192.0.2.0/24'] });
  a.announce(p, ['192.0.2.0/24'], path(64_601));
  settle(p);
  t.strictSame(b.held.get('192.0.2.0/24')?.attributes, path(LOCAL_AS));
  p.withdraw(['192.0.2.0/24']);
  settle(p);
  t.strictSame(b.held.get('192.0.2.0/24')?.attributes, path(LOCAL_AS, 64_601));
  t.equal(a.held.size, 0);
});

t.test('a batch with one bad prefix changes nothing and says which it is', async (t) => {
  const p = pipeline();
  t.throws(() => p.announce({ prefixes: ['192.0.2.0/24', '192.0.2.1/24'] }), {
    code: 'BGP_ERR_PREFIX',
    path: 'prefixes[1]',
    message: /192\.0\.2\.0\/24/,
  });
  t.throws(() => p.announce({ prefixes: ['192.0.2.0/24'], attributes: { med: -1 } }), {
    code: 'BGP_ERR_ATTRIBUTE',
  });
  t.throws(() => p.withdraw(['nonsense']), { code: 'BGP_ERR_PREFIX' });
  t.strictSame(p.owned(), []);
  t.equal(p.totals().families[0]!.prefixes, 0);
});

t.test('the last announcer of a prefix owns it, and an owner withdraws only its own', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  p.announce({ prefixes: ['10.1.0.0/16', '10.2.0.0/16'], owner: 'x' });
  p.announce({ prefixes: ['10.2.0.0/16', '10.3.0.0/16'], owner: 'y' });
  t.strictSame(p.owned('x'), [{ prefix: '10.1.0.0/16', owner: 'x' }]);
  t.equal(p.owned().length, 3);
  p.withdraw(['10.2.0.0/16'], 'x');
  settle(p);
  t.equal(a.held.size, 3, 'not its own');
  p.withdrawOwner('y');
  settle(p);
  t.strictSame([...a.held.keys()], ['10.1.0.0/16']);
  p.withdraw(['10.1.0.0/16']);
  settle(p);
  t.equal(p.totals().families[0]!.prefixes, 0);
});

t.test('export policy sees the owner of a route, also when only the owner changes', async (t) => {
  const p = pipeline();
  const vips = policyFunction(
    'vips',
    (route) => ({ action: route.owner === 'vip' ? 'accept' : 'reject', statement: 's' }),
    { reads: ['prefix'] },
  );
  const a = new FarEnd('10.0.0.1', 64_601, { exportPolicy: vips }).open(p);
  p.announce({ prefixes: ['10.1.0.0/16'], owner: 'pod' });
  p.announce({ prefixes: ['10.2.0.0/16'], owner: 'vip' });
  settle(p);
  t.strictSame([...a.held.keys()], ['10.2.0.0/16']);
  p.announce({ prefixes: ['10.1.0.0/16'], owner: 'vip' });
  p.announce({ prefixes: ['10.2.0.0/16'], owner: 'pod' });
  settle(p);
  t.strictSame([...a.held.keys()], ['10.1.0.0/16']);
});
