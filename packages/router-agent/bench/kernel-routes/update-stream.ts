import { gatewayAddress, gatewayOf, type RouteTable, seeded } from './route-set.js';

export const feederAs = 64_601;
export const ownAs = 65_000;

const marker = new Uint8Array(16).fill(0xff);
const mostBytes = 4096;

/** A message: 16 octets of ones, length, type, body. */
export function message(type: number, body: readonly number[]): Buffer {
  const length = 19 + body.length;
  return Buffer.from([...marker, length >> 8, length & 255, type, ...body]);
}

/** OPEN with the family, route refresh and four-octet AS numbers. */
export function openMessage(family: 4 | 6, host: number): Buffer {
  const afi = family === 4 ? 1 : 2;
  const as = [0, 0, feederAs >> 8, feederAs & 255];
  const capabilities = [1, 4, 0, afi, 0, 1, 2, 0, 65, 4, ...as];
  const parameters = [2, capabilities.length, ...capabilities];
  const hold = 240;
  return message(1, [
    4,
    feederAs >> 8,
    feederAs & 255,
    0,
    hold,
    192,
    0,
    2,
    host,
    parameters.length,
    ...parameters,
  ]);
}

export function endOfRib(family: 4 | 6): Buffer {
  return family === 4 ? message(2, [0, 0, 0, 0]) : message(2, [0, 0, 0, 6, 0x80, 15, 3, 0, 2, 1]);
}

/** The UPDATEs of one feeder, one after the other: one for each attribute set. All feeders tell the same AS paths. */
export function updateStream(table: RouteTable, feeder: number): Buffer {
  const random = seeded(11);
  const { family, count } = table;
  let out = Buffer.alloc(count * 24 + mostBytes);
  let at = 0;
  for (let i = 0; i < count; ) {
    let end = i;
    while (end < count && table.set[end] === table.set[i]) end++;
    if (at + 2 * mostBytes > out.length) out = Buffer.concat([out, Buffer.alloc(out.length)]);
    const start = at;
    out.set(marker, at);
    out[at + 18] = 2;
    at += 21;
    const attributesAt = at;
    at += 2;
    at = writeAttributes(out, at, random);
    const gateway = gatewayAddress(family, gatewayOf(table, i, feeder));
    if (family === 4) {
      out.set([0x40, 3, 4, ...gateway], at);
      at += 7;
      out.writeUInt16BE(at - attributesAt - 2, attributesAt);
      at = writePrefixes(out, at, table, i, end);
    } else {
      const reachAt = at;
      // MP_REACH_NLRI with the two-octet length, next hop of 16 octets
      out.set([0x90, 14, 0, 0, 0, 2, 1, 16, ...gateway, 0], at);
      at = writePrefixes(out, at + 25, table, i, end);
      out.writeUInt16BE(at - reachAt - 4, reachAt + 2);
      out.writeUInt16BE(at - attributesAt - 2, attributesAt);
    }
    out.writeUInt16BE(at - start, start + 16);
    i = end;
  }
  return Buffer.from(out.subarray(0, at));
}

/** ORIGIN, AS_PATH of 2 to 8 hops, communities in 60 % of the sets. */
function writeAttributes(out: Buffer, start: number, random: () => number): number {
  let at = start;
  const hops = 2 + Math.floor(random() * 7);
  out.set([0x40, 1, 1, 0, 0x40, 2, 2 + 4 * hops, 2, hops], at);
  at = out.writeUInt32BE(feederAs, at + 9);
  for (let hop = 1; hop < hops; hop++) at = out.writeUInt32BE(1 + Math.floor(random() * 60_000), at);
  if (random() < 0.6) {
    const communities = 1 + Math.floor(random() * 4);
    out.set([0xc0, 8, 4 * communities], at);
    at += 3;
    for (let k = 0; k < communities; k++)
      at = out.writeUInt32BE(0x10000 + Math.floor(random() * 0x7ffeffff), at);
  }
  return at;
}

function writePrefixes(out: Buffer, start: number, table: RouteTable, first: number, end: number): number {
  let at = start;
  for (let i = first; i < end; i++) {
    const length = table.length[i]!;
    out[at++] = length;
    out.writeUInt32BE(table.high[i]!, at);
    out.writeUInt32BE(table.low[i]!, at + 4);
    at += (length + 7) >> 3;
  }
  return at;
}
