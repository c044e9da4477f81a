import t from 'tap';
import { exec } from '../../src/netns/namespace.js';
import { encodeRule } from '../../src/rule/rules.js';
import { kernel, needsRoot } from '../lab.js';

const ranges = {
  4: { address: Uint8Array.of(10, 48, 1, 0), prefixLength: 24, text: '10.48.1.0/24' },
  6: {
    address: Uint8Array.of(0xfd, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    prefixLength: 64,
    text: 'fd00:0:0:1::/64',
  },
} as const;

for (const family of [4, 6] as const) {
  t.test(`IPv${family}: a rule is added, listed as ip lists it, and deleted`, needsRoot, async (t) => {
    const { netlink, namespace } = await kernel(t);
    const { text, ...source } = ranges[family];
    const before = await netlink.rules.dump(family);
    t.ok(before.some((rule) => rule.table === 254 && rule.priority === 32766));
    const rule = { family, source, priority: 1000, table: 77, protocol: 17 } as const;
    await netlink.rules.add(rule);
    t.same(
      (await netlink.rules.dump(family)).filter(({ table }) => table === 77),
      [rule],
    );
    const { stdout } = await exec(namespace, ['ip', `-${family}`, 'rule', 'show']);
    t.match(stdout, new RegExp(`1000:\\s+from ${text} lookup 77 proto 17`));
    await t.rejects(netlink.rules.add(rule), { code: 'LINUX_ERR_KERNEL', errnoName: 'EEXIST' });

    const marked = { family, mark: 0x45, priority: 5, table: 1077, protocol: 17 } as const;
    await netlink.rules.add(marked);
    t.same(
      (await netlink.rules.dump(family)).filter(({ table }) => table === 1077),
      [marked],
    );
    await netlink.rules.delete(marked);
    await netlink.rules.delete(rule);
    t.same(await netlink.rules.dump(family), before);
    await t.rejects(netlink.rules.delete(rule), { code: 'LINUX_ERR_KERNEL', errnoName: 'ENOENT' });
  });
}

t.test('a range of the other family throws', async (t) => {
  const source = { address: new Uint8Array(16), prefixLength: 64 };
  t.throws(() => encodeRule(32, 0, { family: 4, source, table: 77, protocol: 17 }), {
    code: 'LINUX_ERR_ARGUMENT',
    message: /an IPv4 range has 4 octets, got 16/,
  });
});
