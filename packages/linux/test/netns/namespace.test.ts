import { once } from 'node:events';
import t from 'tap';
import { netns } from '../../src/index.js';
import { freshNamespace, needsRoot } from '../lab.js';

t.test('two namespaces on a bridge in a third reach each other', needsRoot, async (t) => {
  const [one, two, middle] = [await freshNamespace(t), await freshNamespace(t), await freshNamespace(t)];
  await netns.bridge({ namespace: middle, name: 'br0' });
  for (const [namespace, number] of [
    [one, 1],
    [two, 2],
  ] as const) {
    await netns.vethPair(
      { namespace, name: 'eth0', addresses: [`192.0.2.${number}/24`, `2001:db8::${number}/64`] },
      { namespace: middle, name: `port${number}`, bridge: 'br0' },
    );
  }
  for (const address of ['192.0.2.2', '2001:db8::2']) {
    const { stdout } = await netns.exec(one, ['ping', '-c', '1', '-W', '2', address]);
    t.match(stdout, / 0% packet loss/);
  }
});

t.test('a command that fails rejects with the command and what it said', needsRoot, async (t) => {
  const namespace = await freshNamespace(t);
  await t.rejects(netns.exec(namespace, ['ip', 'link', 'set', 'nothing', 'up']), {
    code: 'LINUX_ERR_COMMAND',
    message: /"ip netns exec \S+ ip link set nothing up" failed: Cannot find device "nothing"/,
  });
  await t.rejects(netns.createNamespace(namespace), { code: 'LINUX_ERR_COMMAND', message: /File exists/ });
  await t.rejects(netns.exec(namespace, ['sleep', '5'], { timeoutMilliseconds: 100 }), {
    code: 'LINUX_ERR_COMMAND',
  });
});

t.test('a command reads its input', needsRoot, async (t) => {
  const namespace = await freshNamespace(t);
  t.equal((await netns.exec(namespace, ['cat'], { input: 'hello' })).stdout, 'hello');
});

t.test('a spawned program has the id of its child process', needsRoot, async (t) => {
  const namespace = await freshNamespace(t);
  const child = netns.spawn(namespace, ['sh', '-c', 'echo $$; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = await once(child.stdout!, 'data');
  t.equal(Number(printed), child.pid);
  child.kill();
  t.same(await once(child, 'exit'), [null, 'SIGTERM']);
});
