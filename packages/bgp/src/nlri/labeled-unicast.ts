import { type Family, familyOf } from '../net/family.js';
import { BITS, framedRead } from './framing.js';
import {
  ANNOUNCED_LABELS,
  type LabelReading,
  WITHDRAWN_LABELS,
  writeLabels,
  writeWithoutLabels,
} from './label-stack.js';
import { refuseNlri } from './nlri-error.js';
import type { NlriReading, OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { addressBits, checkPrefix, showPrefix, writePrefixKey, writePrefixOctets } from './prefix-octets.js';

/** A prefix with its labels (RFC 8277). */
export interface LabeledPrefix {
  /** Top of the stack first; empty in a withdrawal. */
  readonly labels: readonly number[];
  readonly prefix: string;
}

/** What both an announced and a withdrawn one are made of. */
interface Reading extends NlriReading<LabeledPrefix> {
  /** Offset after the labels, -1 when none fits. */
  labelsStop(bytes: Uint8Array, start: number, end: number): number;
}

function reading(afi: number, labels: LabelReading): Reading {
  const most = addressBits(afi);
  const labelsStop = (bytes: Uint8Array, start: number, end: number): number =>
    labels.end(bytes, start + 1, end, 0, most / 8);
  return {
    labelsStop,
    check(bytes, start, end) {
      const at = labelsStop(bytes, start, end);
      if (at < 0) return 'the labels do not fit into the length';
      const bits = bytes[start]! - 8 * (at - start - 1);
      return bits < 0 || bits > most ? 'the prefix length is out of range' : null;
    },
    writeKey(bytes, start, end, out) {
      const at = labelsStop(bytes, start, end);
      writePrefixKey(bytes, at, bytes[start]! - 8 * (at - start - 1), out);
    },
    decode(bytes, start, end) {
      const at = labelsStop(bytes, start, end);
      const bits = bytes[start]! - 8 * (at - start - 1);
      return { labels: labels.show(bytes, start + 1, at), prefix: showPrefix(bytes, at, bits, afi) };
    },
  };
}

/**
 * Labelled prefixes (RFC 8277 §2); the length counts the labels:
 *
 * ```
 * length in bits (1) | labels (3 each) | prefix
 * ```
 */
function labeledUnicast(family: Family, nextHopLengths: readonly number[]): OpaqueNlriCodec<LabeledPrefix> {
  const { afi } = family;
  const { labelsStop, ...announced } = reading(afi, ANNOUNCED_LABELS);
  const { check, writeKey, decode } = reading(afi, WITHDRAWN_LABELS);
  return {
    family,
    layout: 'bytes',
    nextHopLengths,
    malformed: 'reset', // RFC 7606 §5.3
    read: framedRead(BITS),
    ...announced,
    withdrawn: { check, writeKey, decode },
    writeWithdrawn(bytes, start, end, out) {
      writeWithoutLabels(bytes, start, labelsStop(bytes, start, end), end, out);
    },
    encode(value, out) {
      const prefix = checkPrefix('nlri.prefix', value.prefix, afi);
      const lengthAt = out.reserve(1);
      const bits = 8 * writeLabels('nlri.labels', value.labels, out) + prefix.length;
      if (bits > 255) refuseNlri('nlri.labels', value.labels, 'must leave a length of at most 255 bits');
      out.patch8(lengthAt, bits);
      writePrefixOctets(prefix, out);
    },
    format: ({ labels, prefix }) => (labels.length === 0 ? prefix : `${prefix} label ${labels.join('/')}`),
  };
}

/** RFC 8277; IPv6 next hops by RFC 8950. */
export const ipv4LabeledUnicast = labeledUnicast(familyOf(1, 4), [4, 16, 32]);
/** RFC 8277, RFC 4798 (6PE: an IPv4-mapped next hop). */
export const ipv6LabeledUnicast = labeledUnicast(familyOf(2, 4), [16, 32]);
