import fc from 'fast-check';
import t from 'tap';
import { decodeCanonical, encodeCanonical } from '../../src/attributes/canonical.js';
import { encodeForSession } from '../../src/attributes/session-attributes.js';
import { createSummary, summarize } from '../../src/attributes/summary.js';
import type { UpdateContext } from '../../src/message/update-context.js';
import { UpdateReader } from '../../src/message/update-reader.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';
import { anyAttributes } from '../attributes/any-attributes.js';
import { EXTERNAL, INTERNAL } from './update-bodies.js';

const CONTEXTS: readonly UpdateContext[] = [
  EXTERNAL,
  INTERNAL,
  { ...INTERNAL, as4: false },
  { ...EXTERNAL, addPath: () => true },
];

function bodyOfAttributes(as4: boolean): fc.Arbitrary<Uint8Array> {
  return fc.tuple(anyAttributes, fc.uint8Array({ maxLength: 20 })).map(([attributes, nlri]) => {
    const block = new ByteWriter();
    encodeCanonical(attributes, block);
    const out = new ByteWriter();
    out.u16(0);
    const lengthAt = out.reserve(2);
    encodeForSession(block.bytes, 0, block.length, { as4, nextHop4: Uint8Array.of(192, 0, 2, 1) }, out);
    out.patch16(lengthAt, out.length - 4);
    for (const octet of nlri) out.copy(Uint8Array.of(8, octet));
    return out.slice();
  });
}

/** Octets that were right until a few of them were changed. */
const damaged = fc
  .tuple(fc.boolean().chain(bodyOfAttributes), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
  .map(([body, changes]) => {
    for (const [at, octet] of changes) body[at % body.length] = octet;
    return body;
  });

t.test('whatever comes is judged without throwing, and what is accepted can be used', async () => {
  const readers = CONTEXTS.map((context) => new UpdateReader(context));
  const summary = createSummary();
  const bodies = fc.oneof(damaged, fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(fc.nat(3), bodies, (which, body) => {
      const reader = readers[which]!;
      const outcome = reader.read(body, 0, body.length);
      if (outcome !== 'accept')
        return reader.fault?.severity === outcome && reader.fault.offset <= body.length;
      if (reader.attributesStart === reader.attributesEnd) return true;
      const canonical = new ByteWriter(1);
      reader.canonical(canonical);
      summarize(canonical.bytes, 0, canonical.length, summary);
      // Decoding and encoding keep all but Partial of attributes that are understood, and complete what is mandatory.
      const once = new ByteWriter();
      encodeCanonical(decodeCanonical(canonical.bytes, 0, canonical.length), once);
      const twice = new ByteWriter();
      encodeCanonical(decodeCanonical(once.bytes, 0, once.length), twice);
      return toHex(once.view()) === toHex(twice.view());
    }),
    { numRuns: 20_000, seed: 7606 },
  );
});

t.test('a reader that has seen other UPDATEs judges as a fresh one', async () => {
  fc.assert(
    fc.property(fc.array(damaged, { minLength: 2, maxLength: 12 }), fc.nat(3), (bodies, which) => {
      const old = new UpdateReader(CONTEXTS[which]!);
      let accepted = '';
      for (const body of [...bodies, ...bodies]) {
        const fresh = new UpdateReader(CONTEXTS[which]!);
        const outcome = old.read(body, 0, body.length);
        if (outcome !== fresh.read(body, 0, body.length)) return false;
        if (outcome !== 'accept' || old.attributesStart === old.attributesEnd) continue;
        const a = new ByteWriter();
        const b = new ByteWriter();
        old.canonical(a);
        fresh.canonical(b);
        if (toHex(a.view()) !== toHex(b.view()) || old.nextHopStart !== fresh.nextHopStart) return false;
        if (old.sameAttributes && toHex(a.view()) !== accepted) return false;
        if (old.nlriStart < old.nlriEnd || old.reachNlriStart < old.reachNlriEnd) accepted = toHex(a.view());
      }
      return true;
    }),
    { numRuns: 1_500, seed: 7606 },
  );
});
