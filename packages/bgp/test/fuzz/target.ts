import type { Probe } from './probe.js';

/**
 * One thing that is fed with octets. The first octet of an input is its `control`, which chooses how the rest is read: AS
 * width, kind of session, family; the rest lies in `[start, end)` of `bytes`, between octets that must not matter.
 */
export interface FuzzTarget {
  readonly name: string;
  /** Inputs between two looks at the coverage. */
  readonly batch: number;
  /** Longest input that is made. */
  readonly longest: number;
  /** Inputs to begin with, control octet first; the same for the same seed. */
  seeds(seed: number): readonly Uint8Array[];
  /** Makes lengths right again that a mutation broke, in place, so that it is not refused at the door. Mostly called. */
  repair?(bytes: Uint8Array): void;
  /** Throws for what is wrong; what it saw goes to `probe`. */
  run(probe: Probe, control: number, bytes: Uint8Array, start: number, end: number): void | Promise<void>;
}

/** Control octet and the rest, as one input. */
export function inputOf(control: number, bytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + bytes.length);
  input[0] = control;
  input.set(bytes, 1);
  return input;
}
