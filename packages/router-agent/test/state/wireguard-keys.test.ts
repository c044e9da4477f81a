import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { WireguardKeys } from '../../src/state/wireguard-keys.js';

t.test("keys are made once, are for root alone, and take each other's place", async (t) => {
  const folder = join(tempDir(t), 'data');
  const keys = new WireguardKeys(folder);
  t.same(await keys.read(), { current: null, next: null });
  await keys.makeCurrent();
  const { current } = await keys.read();
  t.equal(statSync(folder).mode & 0o777, 0o700);
  t.equal(statSync(join(folder, 'wireguard.key')).mode & 0o777, 0o600);
  t.same((await new WireguardKeys(folder).read()).current, current, 'another life finds the same one');
  await keys.makeNext();
  const { next } = await keys.read();
  t.not(next?.publicKey, current?.publicKey);
  t.same(await keys.privateKeyOf(next?.publicKey ?? ''), next?.privateKey);
  t.equal(await keys.privateKeyOf("somebody else's"), null);
  await keys.promote();
  t.match(await keys.read(), { current: { publicKey: next?.publicKey ?? '' }, next: null });
  t.same(readdirSync(folder), ['wireguard.key']);
});

t.test('the public half is that of the curve', async (t) => {
  const folder = tempDir(t);
  // RFC 7748 §6.1: Bob's keys.
  const secret = Buffer.from('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb', 'hex');
  const open = Buffer.from('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f', 'hex');
  writeFileSync(join(folder, 'wireguard.key'), `${secret.toString('base64')}\n`);
  t.equal((await new WireguardKeys(folder).read()).current?.publicKey, open.toString('base64'));
});

t.test(
  'a file that others may read is closed to them; one that holds no key is told, without its content',
  async (t) => {
    const folder = tempDir(t);
    const path = join(folder, 'wireguard.key');
    await new WireguardKeys(folder).makeCurrent();
    chmodSync(path, 0o644);
    await new WireguardKeys(folder).read();
    t.equal(statSync(path).mode & 0o777, 0o600);
    const key = readFileSync(path, 'utf8').trim();
    writeFileSync(path, `x${key}`);
    const error = await new WireguardKeys(folder).read().catch(String);
    t.match(error, 'wireguard.key must hold one WireGuard key in Base64');
    t.notMatch(error, key.slice(0, 10));
  },
);
