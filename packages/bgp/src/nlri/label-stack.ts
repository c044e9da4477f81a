import type { ByteWriter } from '../wire/byte-writer.js';
import { readU24 } from '../wire/octets.js';
import { checkNumber, refuseNlri } from './nlri-error.js';

/** What a withdrawal carries in the place of a label (RFC 8277 §2.4), and what RFC 3107 speakers put there. */
const NO_LABEL = 0x800000;
const OLD_NO_LABEL = 0;
const BOTTOM = 1;
const TRAFFIC_CLASS = 0b1110;

/** Whether no label is meant. RFC 8277 §2.2: what stands in the place of the traffic class is ignored. */
function isNoLabel(entry: number): boolean {
  const known = entry & ~TRAFFIC_CLASS;
  return known === NO_LABEL || known === OLD_NO_LABEL;
}

/**
 * Offset after the labels at `at`, in an NLRI that ends at `stop` and goes on with `least` to `most` octets.
 *
 * ```
 * label (20 bits) | traffic class (3 bits) | bottom of stack (1 bit)   …
 * ```
 *
 * A stack ends with the bottom bit. RFC 8277 §2.2 has a receiver ignore that bit when several labels were not negotiated, so
 * where following it does not leave an NLRI of the right length, there is one label. -1: not even that fits.
 */
function labelsEnd(bytes: Uint8Array, at: number, stop: number, least: number, most: number): number {
  const single = at + 3;
  if (single > stop) return -1;
  if (!isNoLabel(readU24(bytes, at))) {
    for (let next = single; next <= stop; next += 3) {
      if ((bytes[next - 1]! & BOTTOM) === 0) continue;
      if (stop - next >= least && stop - next <= most) return next;
      break;
    }
  }
  return stop - single >= least && stop - single <= most ? single : -1;
}

/** Labels at `[at, end)`, top first; none where there is the mark of a withdrawal. */
function showLabels(bytes: Uint8Array, at: number, end: number): number[] {
  if (end - at === 3 && isNoLabel(readU24(bytes, at))) return [];
  const labels: number[] = [];
  for (let i = at; i < end; i += 3) labels.push(readU24(bytes, i) >>> 4);
  return labels;
}

/** How the labels of an NLRI are read. */
export interface LabelReading {
  /** Offset after the labels at `at`, in an NLRI that ends at `stop` and goes on with `least` to `most` octets; -1: none fits. */
  end(bytes: Uint8Array, at: number, stop: number, least: number, most: number): number;
  /** Labels at `[at, end)`, top first. */
  show(bytes: Uint8Array, at: number, end: number): number[];
}

/** Of an NLRI that is announced. */
export const ANNOUNCED_LABELS: LabelReading = { end: labelsEnd, show: showLabels };

/**
 * Of an NLRI that is withdrawn. RFC 8277 §2.4: one field of three octets, whose value is ignored, and so is the bottom bit in
 * it.
 */
export const WITHDRAWN_LABELS: LabelReading = {
  end(_bytes, at, stop, least, most) {
    const end = at + 3;
    return stop - end >= least && stop - end <= most ? end : -1;
  },
  show: () => [],
};

/**
 * Appends a labelled NLRI that is withdrawn: whatever its labels at `[start + 1, labels)` were, RFC 8277 §2.4 has one field of
 * 0x800000 in their place, and receivers ignore it.
 */
export function writeWithoutLabels(
  bytes: Uint8Array,
  start: number,
  labels: number,
  end: number,
  out: ByteWriter,
): void {
  out.u8(bytes[start]! - 8 * (labels - start - 1) + 24);
  out.u8(NO_LABEL >>> 16);
  out.u16(0);
  out.copy(bytes, labels, end);
}

/** Appends a stack; the mark of a withdrawal for an empty one. Throws `BGP_ERR_NLRI`. Returns the octets it took. */
export function writeLabels(path: string, labels: unknown, out: ByteWriter): number {
  if (!Array.isArray(labels)) refuseNlri(path, labels, 'must be a list of labels');
  if (labels.length === 0) {
    out.u8(NO_LABEL >>> 16);
    out.u16(0);
    return 3;
  }
  labels.forEach((label: unknown, i) => {
    const raw = checkNumber(`${path}[${i}]`, label, 0xfffff) << 4;
    if (i === 0 && labels.length > 1 && isNoLabel(raw)) {
      refuseNlri(`${path}[0]`, label, 'must not be 0 or 524288 above others: that means no label');
    }
    out.u8(raw >>> 16);
    out.u16(i === labels.length - 1 ? raw | BOTTOM : raw);
  });
  return 3 * labels.length;
}
