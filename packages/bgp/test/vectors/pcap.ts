/** One TCP segment of a capture. */
interface Segment {
  readonly flow: string;
  readonly toPort: number;
  readonly sequence: number;
  readonly syn: boolean;
  readonly payload: Uint8Array;
}

/** What one side of a TCP connection sent, put together again. */
export interface Flow {
  readonly name: string;
  readonly toPort: number;
  readonly bytes: Uint8Array;
}

const u16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!;
const u32 = (b: Uint8Array, at: number): number => (u16(b, at) * 65536 + u16(b, at + 2)) >>> 0;

function* packets(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const little = view.getUint32(0, true) === 0xa1b2c3d4;
  if (!little && view.getUint32(0) !== 0xa1b2c3d4) throw new Error('not a pcap file');
  for (let at = 24; at + 16 <= file.length; ) {
    const length = view.getUint32(at + 8, little);
    yield file.subarray(at + 16, at + 16 + length);
    at += 16 + length;
  }
}

/** The TCP segment of an Ethernet frame, with VLAN tags, over IPv4 or IPv6; null for anything else. */
function segmentOf(frame: Uint8Array): Segment | null {
  let at = 12;
  while (u16(frame, at) === 0x8100) at += 4;
  const type = u16(frame, at);
  const ip = at + 2;
  let tcp: number;
  let end: number;
  let addresses: string;
  if (type === 0x0800 && frame[ip + 9] === 6) {
    tcp = ip + (frame[ip]! & 0x0f) * 4;
    end = ip + u16(frame, ip + 2);
    addresses = [...frame.subarray(ip + 12, ip + 20)].join('.');
  } else if (type === 0x86dd && frame[ip + 6] === 6) {
    tcp = ip + 40;
    end = tcp + u16(frame, ip + 4);
    addresses = Buffer.from(frame.subarray(ip + 8, ip + 40)).toString('hex');
  } else {
    return null;
  }
  const toPort = u16(frame, tcp + 2);
  return {
    flow: `${addresses}:${u16(frame, tcp)}:${toPort}`,
    toPort,
    sequence: u32(frame, tcp + 4),
    syn: (frame[tcp + 13]! & 0x02) !== 0,
    payload: frame.subarray(tcp + (frame[tcp + 12]! >>> 4) * 4, Math.min(end, frame.length)),
  };
}

/** Puts the segments of each direction in the order of their sequence numbers; what was sent again counts once. */
export function flowsOf(file: Uint8Array): Flow[] {
  const byFlow = new Map<string, { connection: Segment[][]; toPort: number }>();
  for (const packet of packets(file)) {
    const segment = segmentOf(packet);
    if (segment === null) continue;
    const known = byFlow.get(segment.flow) ?? { connection: [], toPort: segment.toPort };
    byFlow.set(segment.flow, known);
    if (known.connection.length === 0 || segment.syn) known.connection.push([]);
    if (segment.payload.length > 0) known.connection.at(-1)!.push(segment);
  }
  const flows: Flow[] = [];
  for (const [name, { connection, toPort }] of byFlow) {
    for (const segments of connection) {
      if (segments.length > 0) flows.push({ name, toPort, bytes: assemble(segments) });
    }
  }
  return flows;
}

function assemble(segments: readonly Segment[]): Uint8Array {
  const first = segments.reduce(
    (least, s) => (((s.sequence - least) | 0) < 0 ? s.sequence : least),
    segments[0]!.sequence,
  );
  const ordered = segments
    .map((s) => ({ at: (s.sequence - first) >>> 0, payload: s.payload }))
    .sort((a, b) => a.at - b.at);
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const { at, payload } of ordered) {
    if (at > length) break; // a segment is missing from the capture
    if (at + payload.length <= length) continue;
    const rest = payload.subarray(length - at);
    parts.push(rest);
    length += rest.length;
  }
  return Buffer.concat(parts);
}
