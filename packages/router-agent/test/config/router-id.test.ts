import t from 'tap';
import { generateRouterId } from '../../src/config/router-id.js';

/** FNV-1a by its definition in arithmetic of any size, over octets given one by one. */
function fnv1a(octets: readonly number[]): string {
  let hash = 0x811c9dc5n;
  for (const octet of octets) hash = ((hash ^ BigInt(octet)) * 0x01000193n) % 0x1_0000_0000n;
  return [24n, 16n, 8n, 0n].map((shift) => String((hash >> shift) & 255n)).join('.');
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

t.test('generateRouterId hashes the 16 octets of the mapped address', async (t) => {
  t.equal(generateRouterId('192.168.1.11'), fnv1a([...MAPPED, 192, 168, 1, 11]));
  t.not(generateRouterId('192.168.1.11'), fnv1a([192, 168, 1, 11]), 'not the 4 octets');
  t.equal(generateRouterId('::ffff:192.168.1.11'), generateRouterId('192.168.1.11'));
  t.equal(
    generateRouterId('2001:db8::1'),
    fnv1a([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
  );
  t.equal(generateRouterId('2001:db8:0:0:0:0:0:1'), generateRouterId('2001:DB8::1'));
  t.equal(generateRouterId('fe80::1%eth0'), generateRouterId('fe80::1'));
});

t.test('generateRouterId keeps its test vectors', async (t) => {
  const vectors: readonly (readonly [string, string])[] = [
    ['192.168.1.11', '48.29.205.159'],
    ['192.168.1.12', '45.29.200.230'],
    ['10.0.0.1', '0.15.248.254'],
    ['2001:db8::1', '110.91.4.244'],
    ['fd00::11', '164.2.117.251'],
  ];
  for (const [address, id] of vectors) t.equal(generateRouterId(address), id, address);
});

t.test('generateRouterId refuses what is no address', async (t) => {
  t.throws(() => generateRouterId('node-1'), {
    name: 'TypeError',
    message: /must be an IP address, got "node-1"/,
  });
});
