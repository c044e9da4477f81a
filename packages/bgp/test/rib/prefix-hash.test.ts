import t from 'tap';
import { hash1, hash4 } from '../../src/rib/prefix-hash.js';

const stored = (length: number) => length + 1;

/** How many of the hashes fall on the fullest home of sixteen slots, where each of the 64 segments has `homes` of them. */
function crowding(hashes: readonly number[], homes: number): number {
  const counts = new Map<number, number>();
  for (const hash of hashes) {
    const home = ((hash >>> 26) * homes + ((hash >>> 4) & (homes - 1))) | 0;
    counts.set(home, (counts.get(home) ?? 0) + 1);
  }
  return Math.max(...counts.values());
}

t.test(
  'sixteen siblings have sixteen neighbouring homes in one segment, and tags of their own',
  async (t) => {
    const families = {
      'IPv4 /24': (n: number) => hash1(0x0a0a0000 | (n << 8) | 0, stored(24)),
      'IPv4 /32': (n: number) => hash1(0x0a400010 | n | 0, stored(32)),
      'IPv4 /20': (n: number) => hash1(0xc8000000 | (n << 12) | 0, stored(20)),
      'IPv6 /48': (n: number) => hash4(0x20010db8, (n << 16) | 0, 0, 0, stored(48)),
      'IPv6 /64': (n: number) => hash4(0x20010db8, n, 0, 0, stored(64)),
      'IPv6 /128': (n: number) => hash4(0x20010db8, 7, 0, 0x100 | n, stored(128)),
    };
    for (const [name, hash] of Object.entries(families)) {
      const hashes = Array.from({ length: 16 }, (_, n) => hash(n));
      t.equal(new Set(hashes.map((each) => each & 15)).size, 16, name);
      t.equal(new Set(hashes.map((each) => (each >>> 4) & 0xfff)).size, 1, name);
      t.equal(new Set(hashes.map((each) => each >>> 26)).size, 1, name);
      t.equal(new Set(hashes.map((each) => (each >>> 16) & 0x3ff)).size, 16, name);
    }
  },
);

t.test('the same bits with another length have another hash', async (t) => {
  const hashes = Array.from({ length: 33 }, (_, length) => hash1(0, stored(length)));
  t.equal(new Set(hashes).size, 33);
  const wide = Array.from({ length: 129 }, (_, length) => hash4(0, 0, 0, 0, stored(length)));
  t.equal(new Set(wide).size, 129);
});

t.test('blocks of siblings are spread over all homes', async (t) => {
  // 65,536 prefixes for 8,192 homes of sixteen slots: half full, as the index is kept. Sixteen siblings come together.
  const runs = Array.from({ length: 65_536 }, (_, n) => hash1((0x0b000000 + (n << 8)) | 0, stored(24)));
  const hosts = Array.from({ length: 65_536 }, (_, n) => hash1((0x0a400000 + n) | 0, stored(32)));
  const wide = Array.from({ length: 65_536 }, (_, n) => hash4(0x20010db8, (n << 16) | 0, 0, 0, stored(48)));
  for (const hashes of [runs, hosts, wide])
    t.ok(crowding(hashes, 128) <= 16 * 8, String(crowding(hashes, 128)));
});
