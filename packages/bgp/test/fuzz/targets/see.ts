import { toHex } from '../../../src/wire/hex.js';
import type { Fault } from '../../../src/wire/result.js';
import type { Probe } from '../probe.js';

/** Any value as text that compares: octets as hex, sets as lists. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (inner instanceof Uint8Array) return toHex(inner);
    if (inner instanceof Set) return [...inner];
    if (inner instanceof Map) return [...inner];
    return inner;
  });
}

/** A fault that was found in `[start, end)`. */
export function seeFault(probe: Probe, fault: Fault, start: number, end: number): void {
  const { severity, code, subcode, data, offset, message } = fault;
  probe.see('fault', `${severity} ${code}/${subcode} at ${offset - start}: ${message}`);
  probe.see('data', data);
  probe.expect(offset >= start && offset <= end, `a fault at ${offset - start} of ${end - start} octets`);
  probe.expect(data.length <= 2 * (end - start) + 256, 'the data of a fault is out of proportion');
}
