import { randomBytes } from 'node:crypto';
import { netns, openNetlink } from '@peerage/linux';
import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { LinkDriver } from '../../src/drivers/link-driver.js';
import { reconcile } from '../../src/reconcile/reconcile.js';

t.test('the bridge is made and set up, once', needs('root'), async (t) => {
  const namespace = `ra-${randomBytes(4).toString('hex')}`;
  await netns.createNamespace(namespace);
  t.teardown(() => netns.deleteNamespace(namespace));
  const netlink = await openNetlink({ namespace });
  t.teardown(() => netlink.close());
  const driver = new LinkDriver(netlink, ['kube-bridge']);
  const { signal } = new AbortController();
  const wanted = [{ name: 'kube-bridge', up: true, mtu: null }];
  t.match(await reconcile(driver, wanted, signal), { changed: 1, failures: [] });
  t.match(await netlink.links.get('kube-bridge'), { kind: 'bridge', up: true });
  t.match(await reconcile(driver, wanted, signal), { changed: 0, failures: [] });
  await netlink.links.setDown('kube-bridge');
  t.match(await reconcile(driver, wanted, signal), { changed: 1, failures: [] });
  t.match(await netlink.links.get('kube-bridge'), { up: true });
  const narrow = [{ name: 'kube-bridge', up: true, mtu: 1400 }];
  t.match(await reconcile(driver, narrow, signal), { changed: 1, failures: [] });
  t.match(await netlink.links.get('kube-bridge'), { up: true, mtu: 1400 });
  t.match(await reconcile(driver, wanted, signal), { changed: 0, failures: [] }, 'any will do');
  t.match(await reconcile(driver, [], signal), { changed: 1, failures: [] });
  t.equal(await netlink.links.get('kube-bridge'), undefined);
});
