import type { ByteWriter } from '../wire/byte-writer.js';
import { readU16, readU32, readU64 } from '../wire/octets.js';
import {
  type BitmaskTest,
  type ComponentRow,
  type FlowspecNumber,
  NUMERIC_OPERATORS,
  type NumericTest,
} from './flowspec-component.js';
import { checkFields, refuseNlri } from './nlri-error.js';

/** Bits of an operator octet (RFC 8955 §4.2.1): end of list, AND, two bits of length; then what compares. */
const LAST = 0x80;
const AND = 0x40;
const NOT = 0x02;
const MATCH = 0x01;

const sizeOf = (operator: number): number => 1 << ((operator >>> 4) & 3);

/**
 * Offset after the tests at `at`, or -1 when the list does not end before `end`, or a value has a size that this component
 * cannot have.
 *
 * ```
 * operator (1) | value (1, 2, 4 or 8) | operator …      the last operator has the end bit
 * ```
 */
export function testsEnd(bytes: Uint8Array, at: number, end: number, sizes: readonly number[]): number {
  while (at < end) {
    const operator = bytes[at]!;
    const size = sizeOf(operator);
    if (!sizes.includes(size)) return -1;
    at += 1 + size;
    if ((operator & LAST) !== 0) return at <= end ? at : -1;
  }
  return -1;
}

function readValue(bytes: Uint8Array, at: number, size: number): FlowspecNumber {
  switch (size) {
    case 1:
      return bytes[at]!;
    case 2:
      return readU16(bytes, at);
    case 4:
      return readU32(bytes, at);
    default: {
      const value = readU64(bytes, at);
      return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
    }
  }
}

/** Each test of `[at, end)` with its operator. The AND bit of the first counts as unset (RFC 8955 §4.2.1.1). */
function mapTests<T>(
  bytes: Uint8Array,
  at: number,
  end: number,
  make: (operator: number, and: boolean, value: FlowspecNumber) => T,
): T[] {
  const tests: T[] = [];
  while (at < end) {
    const operator = bytes[at]!;
    const size = sizeOf(operator);
    tests.push(make(operator, tests.length > 0 && (operator & AND) !== 0, readValue(bytes, at + 1, size)));
    at += 1 + size;
  }
  return tests;
}

export function showNumericTests(bytes: Uint8Array, at: number, end: number): NumericTest[] {
  return mapTests(bytes, at, end, (operator, and, value) => ({
    and,
    op: NUMERIC_OPERATORS[operator & 7]!,
    value,
  }));
}

export function showBitmaskTests(bytes: Uint8Array, at: number, end: number): BitmaskTest[] {
  return mapTests(bytes, at, end, (operator, and, value) => ({
    and,
    not: (operator & NOT) !== 0,
    match: (operator & MATCH) !== 0,
    value,
  }));
}

function checkValue(path: string, value: unknown, most: bigint): bigint {
  const isNumber = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  const isText = typeof value === 'string' && /^\d{1,20}$/.test(value);
  const number = isNumber || isText ? BigInt(value as number | string) : -1n;
  if (number < 0n || number > most) refuseNlri(path, value, `must be an integer 0 … ${most}`);
  return number;
}

function writeTest(
  path: string,
  bits: number,
  value: FlowspecNumber,
  row: ComponentRow,
  out: ByteWriter,
): void {
  const largest = row.sizes.at(-1)!;
  const number = checkValue(`${path}.value`, value, (1n << BigInt(8 * largest)) - 1n);
  const size = row.sizes.find((octets) => number >> BigInt(8 * octets) === 0n)!;
  out.u8(bits | ((31 - Math.clz32(size)) << 4));
  for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) out.u8(Number((number >> BigInt(shift)) & 0xffn));
}

function checkList(path: string, list: unknown, fields: string): void {
  if (!Array.isArray(list) || list.length === 0)
    refuseNlri(path, list, 'must be a list of at least one test');
  for (const [i, test] of list.entries()) checkFields(`${path}[${i}]`, test, fields);
}

/** The bits of a test that both kinds have: the end of the list, and AND, which the first must not have. */
function listBits(path: string, tests: readonly { readonly and: boolean }[], i: number): number {
  if (i === 0 && tests[i]!.and) refuseNlri(`${path}[0].and`, true, 'must be false in the first test');
  return (i === tests.length - 1 ? LAST : 0) | (tests[i]!.and ? AND : 0);
}

export function writeNumericTests(
  path: string,
  tests: readonly NumericTest[],
  row: ComponentRow,
  out: ByteWriter,
): void {
  checkList(path, tests, 'op, value and');
  tests.forEach(({ op, value }, i) => {
    const bits = NUMERIC_OPERATORS.indexOf(op);
    if (bits < 0) refuseNlri(`${path}[${i}].op`, op, `must be one of ${NUMERIC_OPERATORS.join(' ')}`);
    writeTest(`${path}[${i}]`, listBits(path, tests, i) | bits, value, row, out);
  });
}

export function writeBitmaskTests(
  path: string,
  tests: readonly BitmaskTest[],
  row: ComponentRow,
  out: ByteWriter,
): void {
  checkList(path, tests, 'not, match, value and');
  tests.forEach(({ not, match, value }, i) => {
    const bits = (not ? NOT : 0) | (match ? MATCH : 0);
    writeTest(`${path}[${i}]`, listBits(path, tests, i) | bits, value, row, out);
  });
}

/** `>=80&<=90,==443` */
export function formatNumericTests(tests: readonly NumericTest[]): string {
  return tests.map(({ and, op, value }, i) => `${i === 0 ? '' : and ? '&' : ','}${op}${value}`).join('');
}

/** `=0x2,!0x1`: `=` where all bits must match, `!` where they must not. */
export function formatBitmaskTests(tests: readonly BitmaskTest[]): string {
  return tests
    .map(
      ({ and, not, match, value }, i) =>
        `${i === 0 ? '' : and ? '&' : ','}${not ? '!' : ''}${match ? '=' : ''}0x${BigInt(value).toString(16)}`,
    )
    .join('');
}
