import { beginAttribute, endAttribute } from '../../src/attributes/attribute-header.js';
import type { Family } from '../../src/net/family.js';
import { opaqueNlriCodec } from '../../src/nlri/opaque-families.js';
import { createNlriSpan, nlriReading } from '../../src/nlri/opaque-nlri-codec.js';
import type { ByteWriter } from '../../src/wire/byte-writer.js';

/** One destination of a family that is kept by its octets. */
interface OpaqueRoute {
  readonly pathId: number;
  readonly value: unknown;
}

/** The destinations of a field that was accepted, those that are to be skipped left out. */
function routesOfField(
  bytes: Uint8Array,
  start: number,
  end: number,
  family: Family,
  addPath: boolean,
  isWithdrawn: boolean,
): OpaqueRoute[] {
  const codec = opaqueNlriCodec(family)!;
  const reading = nlriReading(codec, isWithdrawn);
  const span = createNlriSpan();
  const routes: OpaqueRoute[] = [];
  for (let at = start; at < end; ) {
    at = codec.read(bytes, at, end, addPath, span);
    if (at < 0) break;
    if (reading.check(bytes, span.start, span.end) !== null) continue;
    routes.push({ pathId: span.pathId, value: reading.decode(bytes, span.start, span.end) });
  }
  return routes;
}

/** As text, to compare the meaning of two fields. */
export function listOpaque(
  bytes: Uint8Array,
  start: number,
  end: number,
  family: Family,
  addPath: boolean,
  isWithdrawn: boolean,
): string[] {
  return routesOfField(bytes, start, end, family, addPath, isWithdrawn).map((route) => JSON.stringify(route));
}

function writeRoutes(
  routes: readonly OpaqueRoute[],
  family: Family,
  addPath: boolean,
  out: ByteWriter,
): void {
  for (const { pathId, value } of routes) {
    if (addPath) out.u32(pathId);
    opaqueNlriCodec(family)!.encode(value as never, out);
  }
}

/** Appends an UPDATE: MP_REACH_NLRI (with `nextHop`) or MP_UNREACH_NLRI of the field, each value encoded anew; then attributes. */
export function writeOpaque(
  out: ByteWriter,
  field: { bytes: Uint8Array; start: number; end: number; family: Family; addPath: boolean },
  nextHop: Uint8Array | null,
  attributes: Uint8Array,
): void {
  const { bytes, start, end, family, addPath } = field;
  const routes = routesOfField(bytes, start, end, family, addPath, nextHop === null);
  const at = out.reserve(19);
  out.bytes.fill(0xff, at, at + 16);
  out.patch8(at + 18, 2);
  out.u16(0);
  const lengthAt = out.reserve(2);
  const header = beginAttribute(out, 0x80, nextHop === null ? 15 : 14);
  out.u16(family.afi);
  out.u8(family.safi);
  if (nextHop !== null) {
    out.u8(nextHop.length);
    out.copy(nextHop);
    out.u8(0);
  }
  writeRoutes(routes, family, addPath, out);
  endAttribute(out, header);
  out.copy(attributes);
  out.patch16(lengthAt, out.length - lengthAt - 2);
  out.patch16(at + 16, out.length - at);
}
