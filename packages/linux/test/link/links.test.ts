import t from 'tap';
import { decodeLinks, linkMessage } from '../../src/link/link.js';
import { encodeLink } from '../../src/link/links.js';
import { exec } from '../../src/netns/namespace.js';
import { kernel, needsRoot } from '../lab.js';
import { bytesOf, hexOf } from '../netlink/hex.js';

t.test('creating a bridge is encoded with its kind', async (t) => {
  t.equal(
    hexOf(encodeLink(linkMessage.create, 'kube-bridge', { flags: 0x600, settings: { kind: 'bridge' } })),
    hexOf(
      bytesOf(`40000000 1000 0106 00000000 00000000 00000000 00000000 00000000 00000000
        10000300 6b7562652d62726964676500 10001280 0a000100 627269646765 0000`),
    ),
  );
});

t.test('decodeLinks passes over what a bridge tells of its ports', async (t) => {
  const link = (family: string): string =>
    `28000000 1000 0000 00000000 00000000 ${family}000100 03000000 43100100 00000000 08000300 6f6e6500`;
  t.same(decodeLinks(bytesOf(link('00'))), [
    { index: 3, name: 'one', mtu: 0, up: true, lowerUp: true, address: new Uint8Array(0) },
  ]);
  t.same(decodeLinks(bytesOf(link('07'))), []);
});

t.test('a bridge is made, found, set up, changed and deleted', needsRoot, async (t) => {
  const { netlink, namespace, cable } = await kernel(t);
  await netlink.links.createBridge('kube-bridge');
  const made = await netlink.links.get('kube-bridge');
  t.match(made, { name: 'kube-bridge', kind: 'bridge', up: false, mtu: 1500 });
  t.equal(made?.address.length, 6);
  await netlink.links.setUp('kube-bridge');
  await netlink.links.setMtu('kube-bridge', 1400);
  t.match(await netlink.links.get(made!.index), { name: 'kube-bridge', up: true, mtu: 1400 });
  await exec(namespace, ['ip', 'link', 'set', 'one', 'master', 'kube-bridge']);
  t.match(await netlink.links.get('one'), { index: cable, kind: 'veth', master: made?.index, lowerUp: true });
  t.match(await netlink.links.get('kube-bridge'), { lowerUp: true });
  await netlink.links.setDown(made!.index);
  t.match(await netlink.links.get('kube-bridge'), { up: false });
  await t.rejects(netlink.links.createBridge('kube-bridge'), {
    code: 'LINUX_ERR_KERNEL',
    errnoName: 'EEXIST',
    message: /cannot create bridge kube-bridge: .*EEXIST/,
  });
  await netlink.links.delete('kube-bridge');
  t.equal(await netlink.links.get('kube-bridge'), undefined);
  await t.rejects(netlink.links.setUp('kube-bridge'), { code: 'LINUX_ERR_KERNEL', errnoName: 'ENODEV' });
});

t.test('the kernel says why in its own words', needsRoot, async (t) => {
  const { netlink } = await kernel(t);
  await t.rejects(netlink.links.setMtu('one', 10), {
    code: 'LINUX_ERR_KERNEL',
    message: /mtu less than device minimum/,
  });
});

t.test('a name that no link can have throws', async (t) => {
  for (const name of ['', 'sixteen-octets-x', 'a b', 'a/b']) {
    t.throws(() => encodeLink(linkMessage.create, name, {}), {
      code: 'LINUX_ERR_ARGUMENT',
      message: /1 to 15 octets/,
    });
  }
  t.doesNotThrow(() => encodeLink(linkMessage.create, 'fifteen-octets-', {}));
});
