import t from 'tap';
import { concernsOf, type HostChange } from '../../src/controllers/host-changes.js';

t.test('a change concerns whoever keeps what was changed', async (t) => {
  const cases: readonly (readonly [HostChange, readonly string[]])[] = [
    [{ kind: 'link', name: 'kube-bridge' }, ['bridge']],
    [{ kind: 'link', name: 'eth0' }, []],
    [{ kind: 'policy-routing' }, ['overlay']],
    [{ kind: 'vxlan-peers' }, ['overlay']],
    [{ kind: 'nft-table', family: 'inet', name: 'peerage_egress' }, ['egress']],
    [{ kind: 'nft-table', family: 'inet', name: 'theirs' }, []],
    [{ kind: 'nft-table', family: 'ip', name: 'filter' }, ['forward']],
    [{ kind: 'nft-table', family: 'ip', name: 'nat' }, []],
    [{ kind: 'unknown' }, ['bridge', 'overlay', 'egress', 'forward']],
  ];
  for (const [change, controllers] of cases) {
    const concerns = concernsOf(change).map(({ controller }) => controller);
    t.same(concerns, controllers, JSON.stringify(change));
  }
});
