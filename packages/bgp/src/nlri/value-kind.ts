import { formatAddress } from '../net/address.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { fromHex, toHex } from '../wire/hex.js';
import { readU16, readU24, readU32, readU64 } from '../wire/octets.js';
import { checkAddress, checkHex, checkNumber, refuseNlri, writeU64 } from './nlri-error.js';

/**
 * How octets stand for a value that JSON can hold. TLVs are described by these rather than by code of their own: there are
 * many, and all are made of the same few things.
 */
export interface ValueKind {
  /** The value of `[at, end)`, or undefined when octets of this length are none: they are then shown as hex. */
  read(bytes: Uint8Array, at: number, end: number): unknown;
  /** Whether octets of this length can be a value, without making it; absent where all can. */
  fits?(bytes: Uint8Array, at: number, end: number): boolean;
  /** Appends the octets of a value. Throws `BGP_ERR_NLRI`, naming `path`. */
  write(path: string, value: unknown, out: ByteWriter): void;
}

/** A kind whose octets are always as many. */
export interface FixedKind extends ValueKind {
  readonly size: number;
}

function fixed(
  size: number,
  show: (bytes: Uint8Array, at: number) => unknown,
  write: ValueKind['write'],
): FixedKind {
  return {
    size,
    read: (bytes, at, end) => (end - at === size ? show(bytes, at) : undefined),
    fits: (_bytes, at, end) => end - at === size,
    write,
  };
}

export const u8 = fixed(
  1,
  (bytes, at) => bytes[at]!,
  (path, value, out) => out.u8(checkNumber(path, value, 0xff)),
);
export const u16 = fixed(2, readU16, (path, value, out) => out.u16(checkNumber(path, value, 0xffff)));
export const u24 = fixed(3, readU24, (path, value, out) => {
  const number = checkNumber(path, value, 0xffffff);
  out.u8(number >>> 16);
  out.u16(number);
});
export const u32 = fixed(4, readU32, (path, value, out) => out.u32(checkNumber(path, value, 0xffffffff)));
/** As decimal text: numbers of JSON are exact up to 2^53 only. */
export const u64 = fixed(8, (bytes, at) => String(readU64(bytes, at)), writeU64);

export const ipv4 = fixed(
  4,
  (bytes, at) => formatAddress(bytes, at, 4),
  (path, value, out) => out.copy(checkAddress(path, value, [4])),
);
export const ipv6 = fixed(
  16,
  (bytes, at) => formatAddress(bytes, at, 16),
  (path, value, out) => out.copy(checkAddress(path, value, [16])),
);

/** IEEE 754 of four octets, for bandwidths in octets a second. What JSON cannot hold is `0x` and hex digits. */
export const float32 = fixed(
  4,
  (bytes, at) => {
    const number = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getFloat32(0);
    return Number.isFinite(number) && !Object.is(number, -0) ? number : `0x${toHex(bytes, at, at + 4)}`;
  },
  (path, value, out) => {
    const raw = typeof value === 'string' && value.startsWith('0x') ? fromHex(value.slice(2)) : null;
    if (raw?.length === 4) {
      out.copy(raw);
    } else if (typeof value === 'number' && Number.isFinite(Math.fround(value))) {
      const octets = new Uint8Array(4);
      new DataView(octets.buffer).setFloat32(0, value);
      out.copy(octets);
    } else {
      refuseNlri(path, value, 'must be a number that four octets can hold');
    }
  },
);

/** All octets that there are, as hex digits. */
export const hex: ValueKind = {
  read: (bytes, at, end) => toHex(bytes, at, end),
  write: (path, value, out) => out.copy(checkHex(path, value)),
};

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8; octets that are none are shown as hex. */
export const text: ValueKind = {
  read(bytes, at, end) {
    try {
      return UTF8.decode(bytes.subarray(at, end));
    } catch {
      return undefined;
    }
  },
  write(path, value, out) {
    if (typeof value !== 'string') refuseNlri(path, value, 'must be text');
    out.copy(new TextEncoder().encode(value));
  },
};

/** An IPv4 or IPv6 address, by length. */
export const address: ValueKind = {
  read: (bytes, at, end) =>
    end - at === 4 || end - at === 16 ? formatAddress(bytes, at, end - at) : undefined,
  write: (path, value, out) => out.copy(checkAddress(path, value)),
};

/** Number of one to three octets: an IGP metric (RFC 9552 §5.3.2.4). It is written in three. */
export const metric: ValueKind = {
  read(bytes, at, end) {
    if (end === at || end - at > 3) return undefined;
    let value = 0;
    for (let i = at; i < end; i++) value = (value << 8) | bytes[i]!;
    return value;
  },
  write: u24.write,
};

/** A SID (RFC 9085 §2): three octets are a label, of which the lower 20 bits count; four are an index. */
export const sid: ValueKind = {
  read(bytes, at, end) {
    if (end - at === 3) return { label: readU24(bytes, at) & 0xfffff };
    return end - at === 4 ? { index: readU32(bytes, at) } : undefined;
  },
  write(path, value, out) {
    const { label, index } = fieldsOf(path, value);
    if (index !== undefined) u32.write(`${path}.index`, index, out);
    else u24.write(`${path}.label`, checkNumber(`${path}.label`, label, 0xfffff), out);
  },
};

function fieldsOf(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) refuseNlri(path, value, 'must be an object');
  return value as Readonly<Record<string, unknown>>;
}

/** Values of one fixed kind, one after the other. */
export function listOf(kind: FixedKind): ValueKind {
  return {
    read(bytes, at, end) {
      if ((end - at) % kind.size !== 0) return undefined;
      const values: unknown[] = [];
      for (let i = at; i < end; i += kind.size) values.push(kind.read(bytes, i, i + kind.size));
      return values;
    },
    write(path, value, out) {
      if (!Array.isArray(value)) refuseNlri(path, value, 'must be a list');
      value.forEach((item: unknown, i) => {
        kind.write(`${path}[${i}]`, item, out);
      });
    },
  };
}

/** Fixed fields in order, by name; `null` for reserved ones, which are ignored, and written as zeros. */
export type Fields = readonly (readonly [name: string | null, kind: FixedKind])[];

/** An object of fixed fields, and of one more that takes what is left, where there is one. */
export function record(fields: Fields, rest?: readonly [name: string, kind: ValueKind]): ValueKind {
  const size = fields.reduce((sum, [, kind]) => sum + kind.size, 0);
  return {
    read(bytes, at, end) {
      if (rest === undefined ? end - at !== size : end - at < size) return undefined;
      const value: Record<string, unknown> = {};
      let next = at;
      for (const [name, kind] of fields) {
        if (name !== null) value[name] = kind.read(bytes, next, next + kind.size);
        next += kind.size;
      }
      if (rest !== undefined) {
        const [name, kind] = rest;
        value[name] = kind.read(bytes, next, end);
        if (value[name] === undefined) return undefined;
      }
      return value;
    },
    write(path, value, out) {
      const from = fieldsOf(path, value);
      for (const [name, kind] of fields) {
        if (name === null) for (let i = 0; i < kind.size; i++) out.u8(0);
        else kind.write(`${path}.${name}`, from[name], out);
      }
      if (rest !== undefined) rest[1].write(`${path}.${rest[0]}`, from[rest[0]], out);
    },
  };
}

/** A record as a fixed kind, for lists. */
export function fixedRecord(fields: Fields): FixedKind {
  const size = fields.reduce((sum, [, kind]) => sum + kind.size, 0);
  return { size, fits: (_bytes, at, end) => end - at === size, ...record(fields) };
}
