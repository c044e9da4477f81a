import t from 'tap';
import { UpdateReader } from '../../src/message/update-reader.js';
import { familyOf, IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';
import { bodyOf, EXTERNAL, INTERNAL, reader } from './update-bodies.js';

const ATTRIBUTES = '40010100' + '40020602010000fde9' + '400304c0000201';
const V6_REACH =
  '900e002a' +
  '00020120' +
  '20010db8000000000000000000000001' +
  'fe800000000000000000000000000001' +
  '00' +
  '2020010db8';

t.test('the parts of an UPDATE are found, at any offset', async (t) => {
  const body = bodyOf({ withdrawn: '080a', attributes: ATTRIBUTES, nlri: '18c00002' });
  const bytes = Uint8Array.from([1, 2, 3, ...body, 9]);
  const r = reader(EXTERNAL);
  t.equal(r.read(bytes, 3, bytes.length - 1), 'accept');
  t.equal(toHex(bytes, r.withdrawnStart, r.withdrawnEnd), '080a');
  t.equal(toHex(bytes, r.attributesStart, r.attributesEnd), ATTRIBUTES);
  t.equal(toHex(bytes, r.nlriStart, r.nlriEnd), '18c00002');
  t.equal(toHex(bytes, r.nextHopStart, r.nextHopStart + 4), 'c0000201');
  t.equal(r.fault, null);
  const out = new ByteWriter();
  r.canonical(out);
  t.equal(toHex(out.view()), '40010100' + '40020602010000fde9');
});

t.test('multiprotocol routes are found, with all five forms of an IPv6 next hop', async (t) => {
  const global = '20010db8000000000000000000000001';
  const local = 'fe800000000000000000000000000001';
  for (const hop of [global, local, global + local, local + local, '0'.repeat(32) + local]) {
    const length = (hop.length / 2).toString(16);
    const value = `000201${length}${hop}002020010db8`;
    const reach = `800e${(value.length / 2).toString(16)}${value}`;
    const bytes = bodyOf({ attributes: `${reach}40010100400200` });
    const r = reader(INTERNAL);
    t.equal(r.read(bytes, 0, bytes.length), 'accept', hop);
    t.equal(r.reachFamily, IPV6_UNICAST);
    t.equal(toHex(bytes, r.reachNextHopStart, r.reachNextHopEnd), hop);
    t.equal(toHex(bytes, r.reachNlriStart, r.reachNlriEnd), '2020010db8');
  }
});

t.test('an equal attribute block is told, with and without multiprotocol routes in it', async (t) => {
  const r = reader(EXTERNAL);
  const read = (attributes: string, nlri: string): boolean => {
    const bytes = bodyOf({ attributes, nlri });
    t.equal(r.read(bytes, 0, bytes.length), 'accept');
    return r.sameAttributes;
  };
  t.equal(read(ATTRIBUTES, '080a'), false);
  t.equal(read(ATTRIBUTES, '080b'), true);
  t.equal(
    toHex(bodyOf({ attributes: ATTRIBUTES, nlri: '080b' }), r.nextHopStart, r.nextHopStart + 4),
    'c0000201',
  );
  t.equal(read(`${ATTRIBUTES}80040400000001`, '080b'), false);
  t.equal(read(V6_REACH + ATTRIBUTES, ''), false);
  t.equal(read(ATTRIBUTES + V6_REACH, ''), true, 'wherever MP_REACH_NLRI stands');
  t.equal(read(ATTRIBUTES, '080b'), true, 'nor does it matter that it is gone');
  const canonical = new ByteWriter();
  r.canonical(canonical);
  t.equal(toHex(canonical.view()), '40010100' + '40020602010000fde9');
});

t.test(
  'UPDATEs between that announce nothing, or are not accepted, do not count as the last one',
  async (t) => {
    const r = reader(EXTERNAL);
    const other = `${ATTRIBUTES}80040400000001`;
    const read = (attributes: string, nlri: string): boolean => {
      const bytes = bodyOf({ attributes, nlri });
      r.read(bytes, 0, bytes.length);
      return r.sameAttributes;
    };
    read(ATTRIBUTES, '080a');
    t.equal(read(other, ''), false, 'announces nothing');
    t.equal(read(other, '080a'), false, 'its attributes were never asked for');
    t.equal(read(ATTRIBUTES, '080a'), false);
    t.equal(read('400101ff40020602010000fde9400304c0000201', '080a'), false, 'withdraws');
    t.equal(read(ATTRIBUTES, '080a'), true);
    t.equal(read('40010100', ''), false, 'a part of it');
    t.equal(read(`${ATTRIBUTES}40050400000064`, '080a'), false, 'LOCAL_PREF is dropped');
    t.equal(read(`${ATTRIBUTES}40050400000064`, '080a'), false, 'and is told again each time');
    t.equal(r.discarded.length, 1);
  },
);

t.test('End-of-RIB markers are told for each family', async (t) => {
  const r = reader(INTERNAL);
  const family = (body: Uint8Array): unknown => {
    t.equal(r.read(body, 0, body.length), 'accept');
    return r.endOfRib;
  };
  t.equal(family(bodyOf({})), IPV4_UNICAST);
  t.equal(family(bodyOf({ attributes: '800f03000201' })), IPV6_UNICAST);
  t.equal(family(bodyOf({ attributes: '900f0003000201' })), IPV6_UNICAST);
  t.equal(family(bodyOf({ attributes: '800f03000101' })), IPV4_UNICAST);
  t.equal(family(bodyOf({ withdrawn: '080a' })), null);
  t.equal(family(bodyOf({ attributes: '800f05000201' + '0120' })), null);
  t.equal(family(bodyOf({ attributes: '800f03000201' + '40010100' })), null);
});

t.test('families that were not negotiated are ignored and told', async (t) => {
  const r = new UpdateReader({ ...INTERNAL, receives: (family) => family === IPV4_UNICAST });
  const reach = bodyOf({ attributes: `${V6_REACH}40010100400200` });
  t.equal(r.read(reach, 0, reach.length), 'accept');
  t.equal(r.reachFamily, null);
  t.match(r.discarded, [{ severity: 'discard', message: /ipv6-unicast/ }]);
  const evpn = bodyOf({ attributes: '800f06001946' + 'ffffff' });
  t.equal(r.read(evpn, 0, evpn.length), 'accept', 'not even looked into');
  t.equal(r.unreachFamily, null);
  const plain = new UpdateReader({ ...INTERNAL, receives: (family) => family === IPV6_UNICAST });
  const body = bodyOf({ withdrawn: '080a', attributes: ATTRIBUTES, nlri: '18c00002' });
  t.equal(plain.read(body, 0, body.length), 'accept');
  t.equal(plain.nlriStart, plain.nlriEnd);
  t.equal(plain.withdrawnStart, plain.withdrawnEnd);
  t.equal(plain.discarded.length, 1);
  t.equal(familyOf(25, 70).name, 'l2vpn-evpn');
});

t.test('path identifiers are read where they were negotiated', async (t) => {
  const r = new UpdateReader({ ...EXTERNAL, addPath: (family) => family === IPV4_UNICAST });
  const body = bodyOf({ attributes: ATTRIBUTES, nlri: '00000007' + '18c00002' });
  t.equal(r.read(body, 0, body.length), 'accept');
  const v6 = bodyOf({ attributes: V6_REACH + ATTRIBUTES });
  t.equal(r.read(v6, 0, v6.length), 'accept', 'not in the other family');
});

t.test('NEXT_HOP is not looked at when only MP_REACH_NLRI carries routes', async (t) => {
  const body = bodyOf({ attributes: `${V6_REACH}4001010040020602010000fde940030400000000` });
  const r = reader(EXTERNAL);
  t.equal(r.read(body, 0, body.length), 'accept');
});
