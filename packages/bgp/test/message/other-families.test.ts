import fc from 'fast-check';
import t from 'tap';
import { beginAttribute, endAttribute } from '../../src/attributes/attribute-header.js';
import { encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { decodeMessage } from '../../src/message/decode-message.js';
import { UpdateReader } from '../../src/message/update-reader.js';
import { type Family, parseFamily } from '../../src/net/family.js';
import { opaqueFamilies, opaqueNlriCodec } from '../../src/nlri/opaque-families.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex } from '../../src/wire/hex.js';
import { familyAttributes } from '../attributes/any-family-attributes.js';
import { anyNlri } from '../nlri/any-nlri.js';
import { frame } from '../vectors/read-vector.js';
import { bodyOf, INTERNAL } from './update-bodies.js';

const RD = '0000fde800000064';

/** MP_REACH_NLRI in hex. */
function reach(family: Family, nextHop: string, nlri: string): string {
  const value = new ByteWriter();
  const header = beginAttribute(value, 0x80, 14);
  value.u16(family.afi);
  value.u8(family.safi);
  value.u8(nextHop.length / 2);
  value.copy(fromHex(`${nextHop}00${nlri}`)!);
  endAttribute(value, header);
  return Buffer.from(value.slice()).toString('hex');
}

const MANDATORY = '40010100' + '400200';

t.test('an EVPN route is shown as what it is, with next hop, tunnel and communities', async (t) => {
  const nlri = `0311${RD}0000000020c0000201`;
  const attributes =
    reach(parseFamily('l2vpn-evpn'), 'c0000201', nlri) +
    MANDATORY +
    'c010100002fde800000064030c000000000008' +
    'c016090006002774c0000201';
  t.match(decodeMessage(frame(2, bodyOf({ attributes }))), {
    type: 'UPDATE',
    attributes: [
      {
        name: 'MP_REACH_NLRI',
        value: {
          family: 'l2vpn-evpn',
          nextHop: '192.0.2.1',
          nlri: [{ type: 'inclusive-multicast', rd: '65000:100', ethernetTag: 0, originator: '192.0.2.1' }],
        },
      },
      {},
      {},
      {
        value: [
          { type: 'route-target', value: '65000:100' },
          { type: 'encapsulation', value: { tunnelType: 8 } },
        ],
      },
      { name: 'PMSI_TUNNEL', value: { tunnelType: 'ingress-replication', label: 10100 } },
    ],
  });
});

t.test('next hops of each family: with route distinguishers, doubled, or none', async (t) => {
  const shown = (name: string, nextHop: string, nlri: string): unknown => {
    const body = bodyOf({ attributes: reach(parseFamily(name), nextHop, nlri) + MANDATORY });
    const message = decodeMessage(frame(2, body));
    if (!('attributes' in message)) return message;
    return (message.attributes[0]!.value as { nextHop?: unknown }).nextHop;
  };
  const v6 = '20010db8000000000000000000000001';
  const local = 'fe800000000000000000000000000001';
  const zero = '00'.repeat(8);
  const vpn = `70000641${RD}0a0100`;
  t.equal(shown('vpnv4-unicast', `${zero}c0000201`, vpn), '192.0.2.1');
  t.equal(shown('vpnv4-unicast', `${RD}c0000201`, vpn), 'rd 65000:100 192.0.2.1');
  t.same(shown('vpnv4-unicast', zero + v6 + zero + local, vpn), ['2001:db8::1', 'fe80::1']);
  t.equal(shown('vpnv6-unicast', zero + v6, `58000641${RD}`), '2001:db8::1');
  t.match(shown('vpnv4-unicast', 'c0000201', vpn), { error: { code: '3/9' } });
  t.equal(shown('ipv4-flowspec', '', '03038106'), undefined);
  t.equal(shown('ipv4-flowspec', 'c0000201', '03038106'), '192.0.2.1');
  t.same(shown('ipv6-labeled-unicast', v6 + local, '38000641' + '20010db8'), ['2001:db8::1', 'fe80::1']);
  t.equal(shown('ipv4-multicast', 'c0000201', '08e0'), '192.0.2.1');
  t.match(shown('l2vpn-evpn', `${zero}c0000201`, `0311${RD}0000000020c0000201`), { error: {} });
});

t.test('a withdrawal is read with one label, whose bottom bit means nothing (RFC 8277 §2.4)', async (t) => {
  const read = (attributes: string): UpdateReader | string => {
    const reader = new UpdateReader({ ...INTERNAL, receives: () => true });
    const body = bodyOf({ attributes });
    return reader.read(body, 0, body.length) === 'accept' ? reader : (reader.fault?.message ?? '');
  };
  // Bits of 24 + 64 + 32, of which the last octet of the distinguisher would end a stack of three.
  const twoWays = `800f13000180${'78'}123450${RD.slice(0, 14)}650a000100`;
  for (const attributes of ['800f0a000104' + '30' + '123450' + '0a0001', twoWays]) {
    t.match(read(attributes), { fault: null, unreachFamily: { afi: 1 } }, attributes);
  }
  // A bottom bit in the second field made this a stack of two, and a prefix that fits.
  const stack = '800f0d000104' + '48' + '123450' + '0a0001' + '0a0002';
  t.match(read(stack), /ipv4-labeled-unicast is malformed: the labels do not fit/);
  const shown = decodeMessage(frame(2, bodyOf({ attributes: '800f0a000104' + '30' + '123450' + '0a0001' })));
  t.match(shown, {
    attributes: [{ value: { withdrawn: [{ labels: [], prefix: '10.0.1.0/24' }] } }],
  });
});

t.test('a malformed NLRI that can be parted from others is as grave as its family says', async (t) => {
  const judge = (attributes: string): string => {
    const reader = new UpdateReader({ ...INTERNAL, receives: () => true });
    const body = bodyOf({ attributes });
    const outcome = reader.read(body, 0, body.length);
    return outcome === 'accept' && reader.fault !== null ? 'discard' : outcome;
  };
  const verdict = (name: string, nextHop: string, nlri: string): string =>
    judge(reach(parseFamily(name), nextHop, nlri) + MANDATORY);
  const hop = 'c0000201';
  t.equal(verdict('l2vpn-evpn', hop, '0100'), 'withdraw');
  t.equal(verdict('l2vpn-evpn', hop, '010100ff'), 'reset', 'the next one runs over the end');
  t.equal(verdict('l2vpn-evpn', hop, '0900'), 'accept', 'a type that is not known');
  t.equal(verdict('ipv4-flowspec', '', '0604811903' + '8106'), 'withdraw', 'components out of order');
  t.equal(verdict('ipv4-sr-policy', hop, `40${'00'.repeat(8)}`), 'withdraw');
  t.equal(verdict('bgp-ls', hop, '00010001' + '00'), 'discard', 'RFC 9552 §8.2.2');
  t.equal(verdict('vpnv4-unicast', `${'00'.repeat(8)}${hop}`, '100006' + '40'), 'reset', 'RFC 7606 §5.3');
  t.equal(judge('800f06001946' + '0100ff'), 'reset', 'withdrawn, runs over the end');
  t.equal(judge('800f05001946' + '0100'), 'reset', 'withdrawn, malformed: nothing is announced');
  t.equal(judge('800f08400447' + '0001000100'), 'discard');
  const endOfRib = new UpdateReader({ ...INTERNAL, receives: () => true });
  const body = bodyOf({ attributes: '800f03001946' });
  t.equal(endOfRib.read(body, 0, body.length), 'accept');
  t.equal(endOfRib.endOfRib?.name, 'l2vpn-evpn');
});

t.test(
  'UPDATEs of all families and attributes, damaged: 20,000 are shown as JSON, and read, without throwing',
  async () => {
    const attributes = fc.record(familyAttributes as Record<string, fc.Arbitrary<unknown>>, {
      requiredKeys: [],
    });
    const update = fc
      .constantFrom(...opaqueFamilies)
      .chain((family) =>
        fc.tuple(fc.constant(family), fc.array(anyNlri[family.name]!, { maxLength: 3 }), attributes),
      )
      .map(([family, values, others]) => {
        const codec = opaqueNlriCodec(family)!;
        const nlri = new ByteWriter();
        for (const value of values) codec.encode(value, nlri);
        const block = new ByteWriter();
        encodeCanonical(others as PathAttributes, block);
        const nextHop = '00'.repeat(codec.nextHopLengths[0]!);
        const hex = reach(family, nextHop, Buffer.from(nlri.slice()).toString('hex'));
        return bodyOf({ attributes: hex + Buffer.from(block.slice()).toString('hex') });
      });
    const damaged = fc
      .tuple(update, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
      .map(([body, changes]) => {
        for (const [at, octet] of changes) body[at % body.length] = octet;
        return body;
      });
    const reader = new UpdateReader({ ...INTERNAL, receives: () => true });
    fc.assert(
      fc.property(damaged, fc.boolean(), (body, addPath) => {
        const shown = decodeMessage(frame(2, body), { addPath });
        if (JSON.stringify(JSON.parse(JSON.stringify(shown))) !== JSON.stringify(shown)) return false;
        const outcome = reader.read(body, 0, body.length);
        if (outcome === 'accept' && reader.attributesStart < reader.attributesEnd)
          reader.canonical(new ByteWriter());
        return outcome === 'accept' || reader.fault?.severity === outcome;
      }),
      { numRuns: 20_000, seed: 4760 },
    );
  },
);
