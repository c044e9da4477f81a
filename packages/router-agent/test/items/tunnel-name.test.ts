import t from 'tap';
import { isTunnelName, nameTunnels, tunnelNames } from '../../src/items/tunnel-name.js';

t.test("the usual name is kube-router's: a hash of the address without dots and colons", async (t) => {
  // As `printf 1025501 | sha256sum` says.
  t.equal(tunnelNames('10.255.0.1')[0], 'tun-a22125aa95e');
  t.equal(tunnelNames('172.100.200.150')[0], 'tun-d5a3c4b3f0f');
  t.equal(tunnelNames('2001:db8::13')[0], 'tun-909061cde0e');
  t.equal(tunnelNames('2.13.0.4')[0], tunnelNames('21.3.0.4')[0], 'the collision that is known of it');
  t.not(tunnelNames('2.13.0.4')[1], tunnelNames('21.3.0.4')[1]);
});

t.test(
  'of two addresses with the same usual name, the first keeps it, in whatever order they come',
  async (t) => {
    const [usual] = tunnelNames('2.13.0.4');
    const expected = [
      ['2.13.0.4', usual],
      ['21.3.0.4', tunnelNames('21.3.0.4')[1]],
    ];
    t.same([...nameTunnels(['21.3.0.4', '2.13.0.4', '21.3.0.4'])], expected);
    t.same([...nameTunnels(['2.13.0.4', '21.3.0.4'])], expected);
    t.same([...nameTunnels(['21.3.0.4'])], [['21.3.0.4', usual]]);
  },
);

t.test('a link is taken for ours by the name that belongs to its other end', async (t) => {
  const [usual, exact] = tunnelNames('192.168.2.13');
  t.ok(isTunnelName(usual, '192.168.2.13'));
  t.ok(isTunnelName(exact, '192.168.2.13'));
  t.ok(isTunnelName('tun-192168213', '192.168.2.13'), 'of v0.3.1');
  t.ok(isTunnelName('tun192168100200', '192.168.100.200'), 'of v0.3.1, twelve digits');
  t.notOk(isTunnelName(usual, '192.168.2.14'), 'it leads elsewhere');
  t.notOk(isTunnelName('tun0', '192.168.2.13'));
});
