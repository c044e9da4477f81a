import {
  familyOf,
  IPV4_MULTICAST,
  IPV4_UNICAST,
  IPV6_MULTICAST,
  IPV6_UNICAST,
} from '../../../src/net/family.js';
import { createNlriKey, type NlriCodec, nlriCodec } from '../../../src/nlri/nlri.js';
import { encodeNlri, opaqueFamilies, opaqueNlriCodec } from '../../../src/nlri/opaque-families.js';
import { createNlriSpan, nlriReading, type OpaqueNlriCodec } from '../../../src/nlri/opaque-nlri-codec.js';
import { rawNlriCodec } from '../../../src/nlri/raw-nlri.js';
import { ByteWriter } from '../../../src/wire/byte-writer.js';
import { toHex } from '../../../src/wire/hex.js';
import type { Probe } from '../probe.js';
import { nlriSeeds } from '../seeds.js';
import type { FuzzTarget } from '../target.js';
import { textOf } from './see.js';

const PLAIN: readonly NlriCodec[] = [IPV4_UNICAST, IPV6_UNICAST, IPV4_MULTICAST, IPV6_MULTICAST].map(
  (family) => nlriCodec(family)!,
);
const RAW: readonly OpaqueNlriCodec<unknown>[] = [
  rawNlriCodec(familyOf(25, 65), { lengthAt: 0, lengthSize: 2, unit: 'octets' }),
  rawNlriCodec(familyOf(1, 250), { lengthAt: 0, lengthSize: 1, unit: 'bits' }),
];
const OPAQUE: readonly OpaqueNlriCodec<unknown>[] = [
  ...opaqueFamilies.map((family) => opaqueNlriCodec(family) as OpaqueNlriCodec<unknown>),
  ...RAW,
];

export const NLRI_FAMILIES: readonly string[] = [...PLAIN, ...OPAQUE].map(({ family }) => family.name);

/** Reads a field of destinations that are numbers; each comes back as it was, host bits aside. */
export function walkPlain(
  probe: Probe,
  codec: NlriCodec,
  bytes: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
): void {
  const key = createNlriKey();
  const again = createNlriKey();
  const out = new ByteWriter(64);
  for (let at = start; at < end; ) {
    const next = codec.read(bytes, at, end, addPath, key);
    probe.see('next', next);
    if (next < 0) return;
    probe.expect(next > at && next <= end, `a prefix at ${at - start} ends at ${next - start}`);
    probe.see('prefix', codec.format(key));
    out.reset();
    codec.write(out, key, addPath);
    probe.expect(
      out.length === codec.size(key, addPath) && out.length <= next - at,
      'the size is not what is written',
    );
    const stop = codec.read(out.bytes, 0, out.length, addPath, again);
    probe.expect(stop === out.length, 'a prefix that was written cannot be read');
    probe.same('the prefix', textOf(again), textOf(key));
    at = next;
  }
}

/** Reads a field of destinations that are kept by their octets; their values can be written and mean the same. */
export function walkOpaque(
  probe: Probe,
  codec: OpaqueNlriCodec<unknown>,
  bytes: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
  isWithdrawn: boolean,
): void {
  const reading = { ...codec, ...nlriReading(codec, isWithdrawn) };
  const span = createNlriSpan();
  const out = new ByteWriter(64);
  for (let at = start; at < end; ) {
    const next = codec.read(bytes, at, end, addPath, span);
    probe.see('next', next);
    if (next < 0) return;
    probe.expect(next > at && next <= end, `an NLRI at ${at - start} ends at ${next - start}`);
    probe.expect(span.start >= at && span.end <= next && span.start <= span.end, 'its span is outside of it');
    const problem = reading.check(bytes, span.start, span.end);
    probe.see('problem', problem);
    if (problem === null) checkValue(probe, reading, bytes, span.start, span.end, out);
    at = next;
  }
}

function checkValue(
  probe: Probe,
  codec: OpaqueNlriCodec<unknown>,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: ByteWriter,
): void {
  out.reset();
  codec.writeKey(bytes, start, end, out);
  const key = toHex(out.view());
  probe.see('key', key);
  probe.expect(out.length <= end - start + 16, 'the key is longer than the NLRI');
  const value = codec.decode(bytes, start, end);
  const text = textOf(value);
  probe.see('value', text);
  probe.see('line', codec.format(value));
  probe.expect(text.length <= 1024 + 200 * (end - start), 'a value is out of proportion to its octets');
  out.reset();
  encodeNlri(codec, value, out);
  const span = createNlriSpan();
  const stop = codec.read(out.bytes, 0, out.length, false, span);
  probe.expect(stop === out.length, 'an NLRI that was written cannot be read');
  probe.same('its problem', String(codec.check(out.bytes, span.start, span.end)), 'null');
  probe.same('the value', textOf(codec.decode(out.bytes, span.start, span.end)), text);
}

/** Fields of NLRI, of every family. */
export const nlriTarget: FuzzTarget = {
  name: 'nlri',
  batch: 512,
  longest: 400,
  seeds: (seed) => nlriSeeds(seed, NLRI_FAMILIES),
  run(probe, control, bytes, start, end) {
    const addPath = (control & 0x80) !== 0;
    const which = (control & 0x7f) % NLRI_FAMILIES.length;
    const plain = PLAIN[which];
    if (plain !== undefined) walkPlain(probe, plain, bytes, start, end, addPath);
    else {
      const codec = OPAQUE[which - PLAIN.length]!;
      walkOpaque(probe, codec, bytes, start, end, addPath, false);
      if (codec.withdrawn !== undefined) walkOpaque(probe, codec, bytes, start, end, addPath, true);
    }
  },
};
