import fc from 'fast-check';
import t from 'tap';
import { decodeCanonical, encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { encodeForSession } from '../../src/attributes/session-attributes.js';
import { decodeCapabilities, encodeCapabilities } from '../../src/capabilities/capabilities.js';
import type { Capability } from '../../src/capabilities/capability.js';
import { Framer } from '../../src/message/framer.js';
import { encodeKeepalive } from '../../src/message/keepalive.js';
import { MAX_EXTENDED_MESSAGE } from '../../src/message/message-type.js';
import { decodeNotification, encodeNotification } from '../../src/message/notification.js';
import { decodeOpen, encodeOpen } from '../../src/message/open.js';
import { decodeRouteRefresh, encodeRouteRefresh } from '../../src/message/route-refresh.js';
import { UpdatePacker } from '../../src/message/update-packer.js';
import { UpdateReader } from '../../src/message/update-reader.js';
import { familyOf, IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { createNlriKey, type NlriKey, nlriCodec } from '../../src/nlri/nlri.js';
import { encodeNlri, opaqueFamilies, opaqueNlriCodec } from '../../src/nlri/opaque-families.js';
import { createNlriSpan } from '../../src/nlri/opaque-nlri-codec.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { anyAttributes } from '../attributes/any-attributes.js';
import { capabilitiesByName } from '../capabilities/any-capability.js';
import { anyNlri } from '../nlri/any-nlri.js';
import { INTERNAL } from './update-bodies.js';

// Each thing that can be written is read back as it was: every message, capability, attribute and kind of NLRI, in random
// forms, and each of them octet by octet through the framer too.

const text = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Uint8Array ? Buffer.from(inner).toString('hex') : inner,
  );

/** The one message that comes out of a stream which arrives octet by octet. */
function framed(message: Uint8Array): Uint8Array {
  const framer = new Framer();
  framer.maxMessage = MAX_EXTENDED_MESSAGE;
  for (let at = 0; at < message.length - 1; at++) {
    framer.push(message.subarray(at, at + 1));
    if (framer.next() !== 'incomplete') throw new Error(`complete after ${at + 1} octets`);
  }
  framer.push(message.subarray(-1));
  if (framer.next() !== 'message') throw new Error('not a message');
  return framer.bytes.slice(framer.start, framer.end);
}

const capabilities: Readonly<Record<string, fc.Arbitrary<Capability>>> = capabilitiesByName;

for (const [name, arbitrary] of Object.entries(capabilities)) {
  t.test(`the capability ${name} goes round`, async () => {
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 4 }), (list) => {
        const decoded = decodeCapabilities(encodeCapabilities(list));
        return decoded.ok && text(decoded.value) === text(list);
      }),
      { numRuns: 200 },
    );
  });
}

t.test('OPEN goes round', async () => {
  const open = fc.record({
    version: fc.constant(4),
    as: fc.nat(0xffff),
    holdTime: fc.nat(0xffff),
    routerId: fc.nat(0xffffffff),
    capabilities: fc.array(fc.oneof(...Object.values(capabilitiesByName)), { maxLength: 20 }),
  });
  fc.assert(
    fc.property(open, (value) => {
      const decoded = decodeOpen(framed(encodeOpen(value)));
      return decoded.ok && text(decoded.value) === text(value);
    }),
    { numRuns: 300 },
  );
});

t.test('NOTIFICATION goes round', async () => {
  const data = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(fc.record({ code: fc.nat(255), subcode: fc.nat(255), data }), (value) => {
      const decoded = decodeNotification(framed(encodeNotification(value)));
      return decoded.ok && text(decoded.value) === text(value);
    }),
  );
});

t.test('ROUTE-REFRESH goes round', async () => {
  const family = fc.tuple(fc.nat(0xffff), fc.nat(255)).map(([afi, safi]) => familyOf(afi, safi));
  fc.assert(
    fc.property(family, fc.nat(255), fc.uint8Array({ maxLength: 60 }), (of, subtype, tail) => {
      // RFC 7313 §5: what marks an answer has nothing behind it.
      const rest = subtype === 1 || subtype === 2 ? new Uint8Array(0) : tail;
      const value = { family: of, subtype, rest };
      const decoded = decodeRouteRefresh(framed(encodeRouteRefresh(value)));
      return decoded.ok && text(decoded.value) === text(value);
    }),
  );
});

t.test('KEEPALIVE goes round', async (t) => {
  t.same(framed(encodeKeepalive()), encodeKeepalive());
});

const FIELDS: readonly (keyof PathAttributes)[] = [
  'origin',
  'asPath',
  'med',
  'localPref',
  'atomicAggregate',
  'aggregator',
  'communities',
  'originatorId',
  'clusterList',
  'extendedCommunities',
  'largeCommunities',
  'pmsiTunnel',
  'tunnelEncapsulation',
  'ipv6ExtendedCommunities',
  'aigp',
  'linkState',
  'onlyToCustomer',
  'prefixSid',
  'attributeSet',
  'unknown',
];

/** What comes back of attributes: lists are sorted and have no doubles, so that a second time nothing changes. */
function settled(attributes: PathAttributes): { readonly block: Uint8Array; readonly value: PathAttributes } {
  const once = new ByteWriter();
  encodeCanonical(attributes, once);
  const value = decodeCanonical(once.bytes, 0, once.length);
  const block = new ByteWriter();
  encodeCanonical(value, block);
  return { block: block.slice(), value };
}

for (const field of FIELDS) {
  t.test(`the attribute ${field} goes round, by itself and through an UPDATE`, async (t) => {
    let seen = 0;
    const reader = new UpdateReader({ ...INTERNAL, maxMessage: MAX_EXTENDED_MESSAGE });
    fc.assert(
      fc.property(anyAttributes, fc.boolean(), (any, as4) => {
        const given = any[field];
        if (given === undefined) return true;
        seen++;
        // A list that is written empty is not written.
        const { block, value } = settled({ origin: 'igp', asPath: [], [field]: given });
        if (text(decodeCanonical(block, 0, block.length)) !== text(value)) return false;
        if (!Array.isArray(given) && text(value[field]) !== text(given)) return false;
        if (field === 'asPath' && !as4) return true;
        const wire = new ByteWriter();
        const session = { as4, nextHop4: Uint8Array.of(192, 0, 2, 1) };
        encodeForSession(block, 0, block.length, session, wire);
        const out = new ByteWriter();
        const packer = new UpdatePacker({ maxMessage: MAX_EXTENDED_MESSAGE });
        packer.announce(out, IPV4_UNICAST, wire.bytes, 0, wire.length, null, oneKey(), () => {});
        const update = framed(out.slice());
        const of = as4
          ? reader
          : new UpdateReader({ ...INTERNAL, as4: false, maxMessage: MAX_EXTENDED_MESSAGE });
        if (of.read(update, 19, update.length) !== 'accept' || of.fault !== null) return false;
        const again = new ByteWriter();
        of.canonical(again);
        return text(again.slice()) === text(block);
      }),
      { numRuns: 60 },
    );
    t.ok(seen > 5, `${seen} values`);
  });
}

/** 10.0.0.0/8, once. */
function oneKey(): { next(key: NlriKey): boolean } {
  let isTaken = false;
  return {
    next(key) {
      if (isTaken) return false;
      isTaken = true;
      Object.assign(key, { pathId: 0, a: 0x0a000000, b: 0, c: 0, d: 0, length: 8 });
      return true;
    },
  };
}

const word = fc.nat(0xffffffff);
for (const family of [IPV4_UNICAST, IPV6_UNICAST, familyOf(1, 2), familyOf(2, 2)]) {
  t.test(`NLRI of ${family.name} go round, with and without path identifiers`, async () => {
    const codec = nlriCodec(family)!;
    const most = codec.layout === 'u32' ? 32 : 128;
    const numbers = fc.record({ pathId: word, a: word, b: word, c: word, d: word, length: fc.nat(most) });
    const key = numbers.map((some) => ({ ...createNlriKey(), ...some }));
    fc.assert(
      fc.property(key, fc.boolean(), (any, addPath) => {
        const [first, second] = [createNlriKey(), createNlriKey()];
        const out = new ByteWriter();
        codec.write(out, any, addPath);
        if (codec.read(out.bytes, 0, out.length, addPath, first) !== out.length) return false;
        const again = new ByteWriter();
        codec.write(again, first, addPath);
        codec.read(again.bytes, 0, again.length, addPath, second);
        const kept = first.length === any.length && first.pathId === (addPath ? any.pathId : 0);
        return kept && text(first) === text(second) && again.length === codec.size(any, addPath);
      }),
    );
  });
}

for (const family of opaqueFamilies) {
  t.test(`NLRI of ${family.name} go round, one after the other`, async () => {
    const codec = opaqueNlriCodec(family)!;
    const span = createNlriSpan();
    fc.assert(
      fc.property(
        fc.array(anyNlri[family.name]!, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (values, addPath) => {
          const out = new ByteWriter();
          for (const [i, value] of values.entries()) {
            if (addPath) out.u32(i + 7);
            encodeNlri(codec, value, out);
          }
          let at = 0;
          for (const [i, value] of values.entries()) {
            at = codec.read(out.bytes, at, out.length, addPath, span);
            if (at < 0 || codec.check(out.bytes, span.start, span.end) !== null) return false;
            if (text(codec.decode(out.bytes, span.start, span.end)) !== text(value)) return false;
            if (span.pathId !== (addPath ? i + 7 : 0)) return false;
          }
          return at === out.length;
        },
      ),
      { numRuns: 60 },
    );
  });
}
