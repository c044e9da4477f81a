import { type Vector, vectorFiles, vectors } from '@peerage/test-fixtures';
import fc from 'fast-check';
import { encodeCanonical } from '../../src/attributes/canonical.js';
import { encodeForSession } from '../../src/attributes/session-attributes.js';
import { encodeCapabilities } from '../../src/capabilities/capabilities.js';
import { encodeKeepalive } from '../../src/message/keepalive.js';
import { MessageType } from '../../src/message/message-type.js';
import { encodeNotification, encodeShutdownCommunication } from '../../src/message/notification.js';
import { encodeOpen } from '../../src/message/open.js';
import { encodeRouteRefresh } from '../../src/message/route-refresh.js';
import { IPV4_UNICAST, IPV6_UNICAST, parseFamily } from '../../src/net/family.js';
import { encodeNlri, opaqueNlriCodec } from '../../src/nlri/opaque-families.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { anyAttributes } from '../attributes/any-attributes.js';
import { anyCapability } from '../capabilities/any-capability.js';
import { anyNlri, prefixOf } from '../nlri/any-nlri.js';
import { FuzzRandom } from './random.js';
import { inputOf } from './target.js';

/** Valid inputs, made by our own codecs; and those of the vectors, where they are at hand. */

function sample<T>(arbitrary: fc.Arbitrary<T>, count: number, seed: number): T[] {
  return fc.sample(arbitrary, { numRuns: count, seed });
}

function frame(type: number, body: Uint8Array): Uint8Array {
  const message = new Uint8Array(19 + body.length).fill(0xff, 0, 16);
  message.set([message.length >>> 8, message.length & 0xff, type], 16);
  message.set(body, 19);
  return message;
}

let vectorsRead: readonly Vector[] | null = null;

function vectorsOf(...kinds: readonly string[]): Uint8Array[] {
  if (!process.env.PEERAGE_VECTORS) return [];
  vectorsRead ??= vectorFiles().flatMap((name) => vectors(name));
  return vectorsRead
    .filter(({ expect }) => kinds.includes(expect.kind))
    .map(({ hex }) => Uint8Array.from(Buffer.from(hex, 'hex')));
}

export function capabilitySeeds(seed: number): Uint8Array[] {
  const ours = sample(fc.array(anyCapability, { maxLength: 8 }), 60, seed).map(encodeCapabilities);
  return [...ours, ...vectorsOf('capabilities')];
}

export function openSeeds(seed: number): Uint8Array[] {
  const ours = sample(fc.array(anyCapability, { maxLength: 12 }), 60, seed).map((capabilities, i) =>
    encodeOpen({ version: 4, as: 64_512 + i, holdTime: 3 + i, routerId: 0x0a000001 + i, capabilities }),
  );
  const bodies = vectorsOf('open-body').map((body) => frame(MessageType.Open, body));
  return [...ours, ...bodies, ...vectorsOf('message').filter((bytes) => bytes[18] === MessageType.Open)];
}

export function notificationSeeds(): Uint8Array[] {
  const text = encodeShutdownCommunication('back at noon, ÄÖÜ');
  return [
    ...Array.from({ length: 8 }, (_, code) => encodeNotification({ code, subcode: code })),
    encodeNotification({ code: 6, subcode: 2, data: text }),
    encodeNotification({ code: 6, subcode: 9, data: Uint8Array.of(6, 4, ...text) }),
    encodeNotification({ code: 6, subcode: 1, data: Uint8Array.of(0, 1, 1, 0, 0, 0, 9) }),
    encodeNotification({ code: 3, subcode: 5, data: Uint8Array.of(0x80, 4, 3, 0, 0, 0) }),
  ];
}

export function routeRefreshSeeds(): Uint8Array[] {
  return [IPV4_UNICAST, IPV6_UNICAST].flatMap((family) =>
    [0, 1, 2, 255].flatMap((subtype) => [
      encodeRouteRefresh({ family, subtype }),
      encodeRouteRefresh({ family, subtype, rest: Uint8Array.of(1, 2, 0, 3, 0x80, 0, 0) }),
    ]),
  );
}

function plainField(random: FuzzRandom, afi: number, addPath: boolean, seed: number): Uint8Array {
  const out = new ByteWriter();
  const prefixes = sample(prefixOf(afi), 1 + random.below(6), seed);
  for (const prefix of prefixes) {
    const [address = '', length = '0'] = prefix.split('/');
    const bytes = afi === 1 ? address.split('.').map(Number) : groupsOf(address);
    if (addPath) out.u32(random.below(5));
    out.u8(Number(length));
    out.copy(Uint8Array.from(bytes), 0, (Number(length) + 7) >>> 3);
  }
  return out.slice();
}

function groupsOf(address: string): number[] {
  const [head = '', tail = ''] = address.split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  const front = words(head);
  const back = words(tail);
  const zeros = new Array<number>(8 - front.length - back.length).fill(0);
  return [...front, ...zeros, ...back].flatMap((word) => [word >>> 8, word & 0xff]);
}

function opaqueField(random: FuzzRandom, name: string, addPath: boolean, seed: number): Uint8Array {
  const out = new ByteWriter();
  for (const value of sample(anyNlri[name]!, 1 + random.below(4), seed)) {
    if (addPath) out.u32(random.below(5));
    encodeNlri(opaqueNlriCodec(parseFamily(name))!, value, out);
  }
  return out.slice();
}

const PLAIN_AFI: Readonly<Record<string, number>> = {
  'ipv4-unicast': 1,
  'ipv6-unicast': 2,
  'ipv4-multicast': 1,
  'ipv6-multicast': 2,
};

function fieldOf(random: FuzzRandom, name: string, addPath: boolean, seed: number): Uint8Array | null {
  const afi = PLAIN_AFI[name];
  if (afi !== undefined) return plainField(random, afi, addPath, seed);
  return anyNlri[name] === undefined ? null : opaqueField(random, name, addPath, seed);
}

/** Fields of each family, its number and add-path in the control octet. */
export function nlriSeeds(seed: number, families: readonly string[]): Uint8Array[] {
  const random = new FuzzRandom(seed, 'nlri');
  const inputs: Uint8Array[] = [];
  for (const [which, name] of families.entries()) {
    for (let i = 0; i < 8; i++) {
      const addPath = i % 4 === 3;
      const field = fieldOf(random, name, addPath, seed + i) ?? Uint8Array.of(0, 3, 1, 2, 3);
      inputs.push(inputOf(which | (addPath ? 0x80 : 0), field));
    }
  }
  for (const bytes of vectorsOf('nlri', 'fragment'))
    inputs.push(inputOf(random.below(families.length), bytes));
  return inputs;
}

function reachAttribute(name: string, field: Uint8Array, random: FuzzRandom): Uint8Array {
  const family = parseFamily(name);
  const lengths = opaqueNlriCodec(family)?.nextHopLengths ?? [family.afi === 1 ? 4 : random.pick([16, 32])];
  const value = new ByteWriter();
  value.u16(family.afi);
  value.u8(family.safi);
  const length = random.pick(lengths);
  value.u8(length);
  value.copy(new Uint8Array(length).fill(0x20));
  value.u8(0);
  value.copy(field);
  return attribute(14, value);
}

function unreachAttribute(name: string, field: Uint8Array): Uint8Array {
  const family = parseFamily(name);
  const value = new ByteWriter();
  value.u16(family.afi);
  value.u8(family.safi);
  value.copy(field);
  return attribute(15, value);
}

function attribute(code: number, value: ByteWriter): Uint8Array {
  const out = new ByteWriter();
  out.copy(Uint8Array.of(0x90, code));
  out.u16(value.length);
  out.copy(value.bytes, 0, value.length);
  return out.slice();
}

function body(withdrawn: Uint8Array, attributes: readonly Uint8Array[], nlri: Uint8Array): Uint8Array {
  const out = new ByteWriter();
  out.u16(withdrawn.length);
  out.copy(withdrawn);
  const lengthAt = out.reserve(2);
  for (const part of attributes) out.copy(part);
  out.patch16(lengthAt, out.length - lengthAt - 2);
  out.copy(nlri);
  return out.slice();
}

const NOTHING = new Uint8Array(0);

/** Bodies of UPDATEs; the control octet says how they are to be read (see the target `update`). */
export function updateSeeds(seed: number): readonly Uint8Array[] {
  if (updatesMade?.seed !== seed) updatesMade = { seed, updates: makeUpdates(seed) };
  return updatesMade.updates;
}

/** Four targets ask for the same ones, and making them takes a while. */
let updatesMade: { readonly seed: number; readonly updates: readonly Uint8Array[] } | null = null;

function makeUpdates(seed: number): Uint8Array[] {
  const random = new FuzzRandom(seed, 'update');
  const families = [...Object.keys(PLAIN_AFI), ...Object.keys(anyNlri)];
  const inputs = sample(anyAttributes, 160, seed).map((attributes, i) => {
    const control = random.below(256) & ~8;
    const canonical = new ByteWriter();
    encodeCanonical(attributes, canonical);
    const block = new ByteWriter();
    const isPlain = i % 3 === 0;
    const session = { as4: (control & 1) === 0, nextHop4: isPlain ? Uint8Array.of(192, 0, 2, 1) : null };
    encodeForSession(canonical.bytes, 0, canonical.length, session, block);
    const addPath = (control & 4) !== 0;
    if (isPlain) {
      const withdrawn = random.oneIn(3) ? plainField(random, 1, addPath, seed + i) : NOTHING;
      return inputOf(control, body(withdrawn, [block.slice()], plainField(random, 1, addPath, seed - i)));
    }
    const name = random.pick(families);
    const parts = [reachAttribute(name, fieldOf(random, name, addPath, seed + i)!, random), block.slice()];
    if (random.oneIn(3)) parts.unshift(unreachAttribute(name, fieldOf(random, name, addPath, seed - i)!));
    return inputOf(control, body(NOTHING, parts, NOTHING));
  });
  const markers = families.map((name) =>
    inputOf(0, body(NOTHING, [unreachAttribute(name, NOTHING)], NOTHING)),
  );
  const bodies = [
    ...vectorsOf('update-body'),
    ...vectorsOf('path-attributes').map((block) => body(NOTHING, [block], Uint8Array.of(8, 10))),
    ...vectorsOf('message')
      .filter((bytes) => bytes[18] === MessageType.Update)
      .map((bytes) => bytes.slice(19)),
  ].filter((bytes) => bytes.length < 3000);
  const foreign = bodies.flatMap((bytes) => [0, 3].map((control) => inputOf(control, bytes)));
  return [...inputs.filter((input) => input.length < 3000), ...markers, ...foreign];
}

/** Whole messages of every type. */
export function messageSeeds(seed: number): Uint8Array[] {
  return [
    encodeKeepalive(),
    ...openSeeds(seed),
    ...notificationSeeds(),
    ...routeRefreshSeeds(),
    ...updateSeeds(seed).map((input) => frame(MessageType.Update, input.subarray(1))),
    ...vectorsOf('message').filter((bytes) => bytes.length < 3000),
  ];
}
