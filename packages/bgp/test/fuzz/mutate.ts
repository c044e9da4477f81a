import type { FuzzRandom } from './random.js';

const TELLING = [0, 1, 2, 3, 4, 7, 8, 16, 19, 23, 24, 31, 32, 33, 64, 127, 128, 129, 254, 255] as const;
/** Runs that mean something in BGP: attribute headers, families, communities, AS_TRANS, a marker. */
const TELLING_RUNS = [
  [0x40, 0x01, 0x01],
  [0x40, 0x02],
  [0x50, 0x02, 0x00],
  [0x80, 0x0e],
  [0x90, 0x0e, 0x00],
  [0x80, 0x0f, 0x03],
  [0xc0, 0x10, 0x08],
  [0xc0, 0x28],
  [0xe0, 0x63, 0x00],
  [0x00, 0x01, 0x01],
  [0x00, 0x02, 0x01],
  [0x00, 0x19, 0x46],
  [0x40, 0x04, 0x47],
  [0x5b, 0xa0],
  [0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0, 0, 0, 0],
  new Array<number>(16).fill(0xff),
] as const;

function splice(bytes: Uint8Array, at: number, removed: number, inserted: ArrayLike<number>): Uint8Array {
  const result = new Uint8Array(bytes.length - removed + inserted.length);
  result.set(bytes.subarray(0, at));
  result.set(inserted, at);
  result.set(bytes.subarray(at + removed), at + inserted.length);
  return result;
}

function runAt(bytes: Uint8Array, random: FuzzRandom, most: number): [number, number] {
  const at = random.below(bytes.length);
  return [at, 1 + random.below(Math.min(most, bytes.length - at))];
}

type Mutation = (bytes: Uint8Array, random: FuzzRandom, other: Uint8Array) => Uint8Array;

function overwrite(bytes: Uint8Array, at: number, run: ArrayLike<number>): Uint8Array {
  for (let i = 0; i < run.length && at + i < bytes.length; i++) bytes[at + i] = run[i]!;
  return bytes;
}

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => {
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    return bytes;
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.pick(TELLING);
    return bytes;
  },
  // Lengths that are off by little.
  (bytes, random) => {
    bytes[random.below(bytes.length)]! += random.pick([-4, -2, -1, 1, 2, 4]);
    return bytes;
  },
  (bytes, random) => overwrite(bytes, random.below(bytes.length), random.pick(TELLING_RUNS)),
  (bytes, random) => splice(bytes, random.below(bytes.length), 0, random.pick(TELLING_RUNS)),
  (bytes, random) => splice(bytes, random.below(bytes.length), 0, [random.below(256)]),
  (bytes, random) => {
    const [at, length] = runAt(bytes, random, 16);
    return splice(bytes, at, length, []);
  },
  (bytes, random) => {
    const [at, length] = runAt(bytes, random, 64);
    return splice(bytes, random.below(bytes.length), 0, bytes.slice(at, at + length));
  },
  (bytes, random) => {
    const [at, length] = runAt(bytes, random, 32);
    const run = bytes.slice(at, at + length);
    const repeated = new Uint8Array(length * (1 + random.below(20)));
    for (let i = 0; i < repeated.length; i++) repeated[i] = run[i % length]!;
    return splice(bytes, at, 0, repeated);
  },
  (bytes, random) => bytes.slice(0, 1 + random.below(bytes.length)),
  (bytes, random, other) => {
    if (other.length === 0) return bytes;
    const [at, length] = runAt(other, random, 80);
    return splice(bytes, random.below(bytes.length), 0, other.slice(at, at + length));
  },
  (bytes, random, other) => {
    if (other.length === 0) return bytes;
    const [at, length] = runAt(other, random, 80);
    return overwrite(bytes, random.below(bytes.length), other.subarray(at, at + length));
  },
  (bytes, random, other) => {
    const head = bytes.slice(0, random.below(bytes.length));
    return splice(head, head.length, 0, other.slice(random.below(other.length + 1)));
  },
];

/** A new input out of two others. The control octet stays what it was, mostly. */
export function mutate(
  input: Uint8Array,
  other: Uint8Array,
  random: FuzzRandom,
  longest: number,
): Uint8Array {
  const control = random.oneIn(10) ? random.below(256) : input[0]!;
  let bytes: Uint8Array = input.slice(1);
  let count = 1;
  while (count < 12 && !random.oneIn(3)) count++;
  for (let i = 0; i < count; i++) {
    if (bytes.length === 0) bytes = Uint8Array.of(random.below(256));
    bytes = random.pick(MUTATIONS)(bytes, random, other.subarray(1));
    if (bytes.length > longest) bytes = bytes.slice(0, longest);
  }
  const result = new Uint8Array(1 + bytes.length);
  result[0] = control;
  result.set(bytes, 1);
  return result;
}
