import t from 'tap';
import { concernsOf, type HostChange, HostWatch } from '../../src/controllers/host-changes.js';

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

t.test('many changes wake once, and none after the end', async (t) => {
  const timers: { callback: () => void; isOver: boolean }[] = [];
  const woken: string[] = [];
  const setTimer = (_: number, callback: () => void): { cancel(): void } => {
    const timer = { callback, isOver: false };
    timers.push(timer);
    return {
      cancel: () => {
        timer.isOver = true;
      },
    };
  };
  const watch = new HostWatch({ setTimer }, (controller) => woken.push(controller));
  const fire = (): void => {
    for (const { callback, isOver } of timers.splice(0)) if (!isOver) callback();
  };
  for (let i = 0; i < 10; i++) watch.changed({ kind: 'policy-routing' });
  watch.changed({ kind: 'link', name: 'kube-bridge' });
  fire();
  t.same(woken, ['overlay', 'bridge']);
  watch.changed({ kind: 'policy-routing' });
  fire();
  t.same(woken, ['overlay', 'bridge', 'overlay']);
  watch.changed({ kind: 'policy-routing' });
  watch.stop();
  fire();
  t.equal(woken.length, 3);
});
