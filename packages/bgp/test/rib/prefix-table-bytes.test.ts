import t from 'tap';
import { familyOf, parseFamily } from '../../src/net/family.js';
import { createNlriKey, type NlriKey } from '../../src/net/nlri-key.js';
import { builtFamilies, FamilyCodecs } from '../../src/nlri/family-codecs.js';
import { encodeNlri } from '../../src/nlri/opaque-families.js';
import { rawNlriCodec } from '../../src/nlri/raw-nlri.js';
import type { PathRow, PeerIndex, PrefixId } from '../../src/rib/ids.js';
import { prefixTable } from '../../src/rib/prefix-table.js';
import { type FamilyTable, Rib } from '../../src/rib/rib.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex, toHex } from '../../src/wire/hex.js';
import { seeded } from './seeded.js';

const vpnv4 = parseFamily('vpnv4-unicast');

function aim(key: NlriKey, octets: Uint8Array): NlriKey {
  return Object.assign(key, { octets, start: 0, end: octets.length });
}

/** A VPN route: `n` says which one it is, the label belongs to a path. */
function vpnRoute(n: number, label: number): Uint8Array {
  const out = new ByteWriter();
  const prefix = `10.${(n >>> 8) & 255}.${n & 255}.0/24`;
  encodeNlri(builtFamilies.opaque(vpnv4)!, { rd: `65000:${n % 7}`, labels: [label], prefix }, out);
  return out.slice();
}

const octetsOf = (key: NlriKey): string => toHex(key.octets, key.start, key.end);

t.test('the table of octets finds what a Map finds, whatever the labels are', async (t) => {
  const seed = Number(process.env.SEED ?? 1);
  const random = seeded(seed);
  const table = prefixTable(builtFamilies.codec(vpnv4)!);
  const twin = new Map<number, { id: PrefixId; first: string }>();
  const key = createNlriKey();
  for (let step = 0; step < 60_000; step++) {
    const n = random(6000);
    aim(key, vpnRoute(n, 16 + random(50)));
    const known = twin.get(n);
    if (table.find(key) !== (known?.id ?? 0))
      throw new Error(`seed ${seed}, step ${step}: ${n} is not found`);
    if (random(10) < (Math.floor(step / 15_000) % 2 === 0 ? 7 : 2)) {
      const id = table.add(key);
      if (known !== undefined && known.id !== id) throw new Error(`seed ${seed}: ${n} was added twice`);
      if (known === undefined) twin.set(n, { id, first: octetsOf(key) });
    } else if (known !== undefined) {
      table.release(known.id);
      twin.delete(n);
    }
    if (table.size !== twin.size) throw new Error(`seed ${seed}, step ${step}: size ${table.size}`);
  }
  for (const { id, first } of twin.values()) {
    table.read(id, key);
    if (octetsOf(key) !== first) throw new Error(`seed ${seed}: ${first} reads as ${octetsOf(key)}`);
  }
  for (const { id } of twin.values()) table.release(id);
  t.equal(table.size, 0);
  t.equal(table.limit, 1, 'an empty table starts over');
});

t.test('paths keep their own octets, by a twin of random commands', async (t) => {
  const seed = Number(process.env.SEED ?? 1);
  const random = seeded(seed);
  const local = { internal: false, routerId: 1, address: new Uint8Array(4) };
  const rib = new Rib([], local, { maximumPaths: 1, exactAsPath: true });
  const table = rib.open(vpnv4) as FamilyTable;
  const peers = [1, 2, 3].map((routerId) => rib.peers.take({ ...local, routerId, client: false }));
  const set = rib.attributes.intern(Uint8Array.of(0x40, 1, 1, 0), 0, 4);
  rib.attributes.retain(set);
  const hop = rib.nextHops.intern(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1), 0, 12);
  rib.nextHops.retain(hop);
  const twin = new Map<string, string>();
  const key = createNlriKey();
  const rowOf = (n: number, peer: PeerIndex): PathRow => {
    aim(key, vpnRoute(n, 1));
    return table.paths.find(table.prefixes.find(key), peer, 0);
  };
  for (let step = 0; step < 20_000; step++) {
    const n = random(300);
    const peer = peers[random(3)]!;
    if (random(3) > 0) {
      aim(key, vpnRoute(n, 16 + random(4)));
      const sent = octetsOf(key);
      const prefix = table.prefixes.add(key);
      table.setFormedPath(prefix, peer, 0, table.formOf(prefix, key), set, hop, set, hop, 0);
      twin.set(`${n} ${peer}`, sent);
    } else {
      const row = rowOf(n, peer);
      if ((row !== 0) !== twin.has(`${n} ${peer}`)) throw new Error(`seed ${seed}, step ${step}: row ${row}`);
      if (row !== 0) table.removePath(row);
      twin.delete(`${n} ${peer}`);
    }
    if (step % 50 > 0) continue;
    for (let prefix = table.loc.decideNext(); prefix !== 0; prefix = table.loc.decideNext())
      table.offer(prefix);
    rib.collect();
  }
  for (const [name, sent] of twin) {
    const [n, peer] = name.split(' ').map(Number) as [number, PeerIndex];
    const row = rowOf(n, peer);
    table.readForm(table.paths.prefix(row), table.form(row), key);
    if (octetsOf(key) !== sent)
      throw new Error(`seed ${seed}: ${name} reads as ${octetsOf(key)}, not ${sent}`);
    table.removePath(row);
  }
  for (let n = 0; n < 3; n++) {
    for (let prefix = table.loc.decideNext(); prefix !== 0; prefix = table.loc.decideNext())
      table.offer(prefix);
    rib.collect();
  }
  t.equal(table.prefixes.size, 0);
  t.equal(rib.forms.size, 0, 'no octets are left behind');
});

t.test('a family that is not built is keyed by as many octets as its configuration says', async (t) => {
  const family = familyOf(25, 65);
  const framing = { lengthAt: 1, lengthSize: 2, unit: 'octets' } as const;
  const table = prefixTable(new FamilyCodecs([rawNlriCodec(family, framing, 2)]).codec(family)!);
  const key = createNlriKey();
  const add = (hex: string): PrefixId => table.add(aim(key, fromHex(hex)!));
  const first = add('070003aabb01');
  t.equal(add('070004aabb0203'), first, 'what lies behind the key does not count');
  t.not(add('080003aabb01'), first, 'the type does');
  t.not(add('070003aabc01'), first);
});
