import { canonicalize, decodeCanonical, encodeCanonical } from '../../../src/attributes/canonical.js';
import { encodeForSession } from '../../../src/attributes/session-attributes.js';
import { createSummary, SummaryFlag, summarize } from '../../../src/attributes/summary.js';
import type { UpdateContext } from '../../../src/message/update-context.js';
import { UpdateReader } from '../../../src/message/update-reader.js';
import type { Family } from '../../../src/net/family.js';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import { nlriCodec } from '../../../src/nlri/nlri.js';
import { opaqueNlriCodec } from '../../../src/nlri/opaque-families.js';
import type { OpaqueNlriCodec } from '../../../src/nlri/opaque-nlri-codec.js';
import { ByteWriter } from '../../../src/wire/byte-writer.js';
import { toHex } from '../../../src/wire/hex.js';
import type { Probe } from '../probe.js';
import { repairUpdate } from '../repair.js';
import { updateSeeds } from '../seeds.js';
import type { FuzzTarget } from '../target.js';
import { walkOpaque, walkPlain } from './nlri.js';
import { checkRewrites } from './rewrites.js';
import { seeFault, textOf } from './see.js';

/** Bits of the control octet. */
export const AS2 = 1;
export const INTERNAL = 2;
export const ADD_PATH = 4;
const FEW_FAMILIES = 8;

export function contextOf(control: number): UpdateContext {
  const internal = (control & INTERNAL) !== 0;
  return {
    as4: (control & AS2) === 0,
    type: internal ? 'internal' : 'external',
    localAs: 65_000,
    peerAs: internal ? 65_000 : 65_001,
    receives: (family) => (control & FEW_FAMILIES) === 0 || family === IPV4_UNICAST,
    addPath: () => (control & ADD_PATH) !== 0,
    maxMessage: 65_535,
  };
}

const NEXT_HOP = Uint8Array.of(192, 0, 2, 1);

/** An UPDATE body with these attributes and one route. */
export function bodyAround(
  block: Uint8Array,
  start: number,
  end: number,
  context: UpdateContext,
): Uint8Array {
  const attributes = new ByteWriter();
  encodeForSession(block, start, end, { as4: context.as4, nextHop4: NEXT_HOP }, attributes);
  const out = new ByteWriter();
  out.u16(0);
  out.u16(attributes.length);
  out.copy(attributes.bytes, 0, attributes.length);
  if (context.addPath(IPV4_UNICAST)) out.u32(7);
  out.copy(Uint8Array.of(24, 198, 51, 100));
  return out.slice();
}

/** What `reader` makes of the attributes of a block that it must take. */
export function readAgain(
  probe: Probe,
  what: string,
  block: Uint8Array,
  end: number,
  context: UpdateContext,
): string {
  const body = bodyAround(block, 0, end, context);
  if (body.length > 0xffff) return '';
  const reader = new UpdateReader(context);
  const outcome = reader.read(body, 0, body.length);
  probe.expect(
    outcome === 'accept' && reader.fault === null,
    `${what} is refused (${outcome}): ${reader.fault?.message}`,
  );
  const out = new ByteWriter();
  reader.canonical(out);
  return toHex(out.view());
}

function checkRegions(probe: Probe, reader: UpdateReader, start: number, end: number): void {
  const regions: readonly (readonly [string, number, number])[] = [
    ['withdrawn', reader.withdrawnStart, reader.withdrawnEnd],
    ['attributes', reader.attributesStart, reader.attributesEnd],
    ['nlri', reader.nlriStart, reader.nlriEnd],
    ...(reader.reachFamily === null
      ? []
      : ([
          ['reach next hop', reader.reachNextHopStart, reader.reachNextHopEnd],
          ['reach', reader.reachNlriStart, reader.reachNlriEnd],
        ] as const)),
    ...(reader.unreachFamily === null
      ? []
      : ([['unreach', reader.unreachNlriStart, reader.unreachNlriEnd]] as const)),
  ];
  for (const [name, from, to] of regions) {
    probe.see(name, `${from - start}…${to - start}`);
    probe.expect(from <= to && from >= start && to <= end, `${name} is ${from - start} … ${to - start}`);
  }
  probe.see('families', `${reader.reachFamily?.name} ${reader.unreachFamily?.name} ${reader.endOfRib?.name}`);
  probe.see('next hop', reader.nextHopStart < 0 ? -1 : reader.nextHopStart - start);
}

function walk(
  probe: Probe,
  family: Family,
  bytes: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
  isWithdrawn: boolean,
): void {
  const plain = nlriCodec(family);
  if (plain !== undefined) {
    walkPlain(probe, plain, bytes, start, end, addPath);
    return;
  }
  const codec = opaqueNlriCodec(family) as OpaqueNlriCodec<unknown>;
  walkOpaque(probe, codec, bytes, start, end, addPath, isWithdrawn);
}

function checkAttributes(
  probe: Probe,
  reader: UpdateReader,
  context: UpdateContext,
  size: number,
  control: number,
): void {
  const canonical = new ByteWriter(64);
  reader.canonical(canonical);
  const hex = toHex(canonical.view());
  probe.see('canonical', hex);
  probe.expect(canonical.length <= 3 * size + 64, 'the canonical block is out of proportion');
  const summary = createSummary();
  summarize(canonical.bytes, 0, canonical.length, summary);
  probe.see('summary', textOf(summary));
  const again = new ByteWriter(64);
  canonicalize(canonical.bytes, 0, canonical.length, { ...context, as4: true }, again);
  probe.same('the canonical form of the canonical form', toHex(again.view()), hex);

  const value = decodeCanonical(canonical.bytes, 0, canonical.length);
  const text = textOf(value);
  probe.see('attributes', text);
  probe.expect(text.length <= 4096 + 200 * size, 'attributes are out of proportion to their octets');
  const once = new ByteWriter();
  encodeCanonical(value, once);
  const twice = new ByteWriter();
  encodeCanonical(decodeCanonical(once.bytes, 0, once.length), twice);
  probe.same('attributes written a second time', toHex(twice.view()), toHex(once.view()));

  const inside: UpdateContext = { ...context, type: 'internal', peerAs: 65_000 };
  if (canonical.length > 0xf000 || ((summary.flags & SummaryFlag.HasUnknown) > 0 && size > 0xf000)) return;
  // ORIGIN and AS_PATH may be missing where nothing is announced: completed by `once`.
  const complete = once.slice();
  probe.same(
    'attributes sent to a peer of four-octet ASes',
    readAgain(probe, 'what is sent', complete, complete.length, { ...inside, as4: true }),
    toHex(complete),
  );
  const narrow = readAgain(probe, 'what is sent to an old peer', complete, complete.length, {
    ...inside,
    as4: false,
  });
  if ((summary.flags & SummaryFlag.HasConfed) === 0) {
    probe.same('attributes sent to a peer of two-octet ASes', narrow, toHex(complete));
  }
  checkRewrites(probe, complete, control, inside);
}

/** Bodies of UPDATEs: reading, the canonical form and all that is done with it, and every NLRI field. */
export const updateTarget: FuzzTarget = {
  name: 'update',
  batch: 256,
  longest: 3000,
  seeds: updateSeeds,
  repair: (bytes) => repairUpdate(bytes, 0, bytes.length),
  run(probe, control, bytes, start, end) {
    const context = contextOf(control);
    const reader = new UpdateReader(context);
    const outcome = reader.read(bytes, start, end);
    probe.see('outcome', outcome);
    for (const fault of reader.discarded) seeFault(probe, fault, start, end);
    if (reader.fault !== null) seeFault(probe, reader.fault, start, end);
    probe.expect(
      outcome === 'accept'
        ? reader.fault === null || reader.fault.severity === 'discard'
        : reader.fault?.severity === outcome,
      `the fault (${reader.fault?.severity}) contradicts the outcome (${outcome})`,
    );
    if (outcome === 'reset') return;
    checkRegions(probe, reader, start, end);
    const addPath = context.addPath(IPV4_UNICAST);
    walk(probe, IPV4_UNICAST, bytes, reader.withdrawnStart, reader.withdrawnEnd, addPath, true);
    walk(probe, IPV4_UNICAST, bytes, reader.nlriStart, reader.nlriEnd, addPath, false);
    const { reachFamily, unreachFamily } = reader;
    if (reachFamily)
      walk(probe, reachFamily, bytes, reader.reachNlriStart, reader.reachNlriEnd, addPath, false);
    if (unreachFamily)
      walk(probe, unreachFamily, bytes, reader.unreachNlriStart, reader.unreachNlriEnd, addPath, true);
    if (outcome !== 'accept') return;
    if (reader.attributesStart < reader.attributesEnd)
      checkAttributes(probe, reader, context, end - start, control);
    checkSecondReading(probe, reader, bytes, start, end);
  },
};

/** A reader that remembers the UPDATE judges it as it did. */
function checkSecondReading(
  probe: Probe,
  reader: UpdateReader,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const describe = (): string => {
    const out = new ByteWriter(64);
    if (reader.attributesStart < reader.attributesEnd) reader.canonical(out);
    return `${toHex(out.view())} ${reader.nextHopStart} ${reader.endOfRib?.name} ${reader.discarded.length}`;
  };
  const first = describe();
  reader.read(bytes, start, end);
  probe.same('the second reading', describe(), first);
}
