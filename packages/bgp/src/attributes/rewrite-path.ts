import { AttributeCode, SegmentType } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { type AsOrSelf, type AsPathEdits, asNumber, editedAsPath } from './as-path-edits.js';
import { beginAttribute, endAttribute, valueStart } from './attribute-header.js';

/** What becomes of an AS_PATH on its way out: the part of a `Rewrite` that is about it. */
export interface PathRewrite {
  /** ASes to put in front of AS_PATH, front first. */
  readonly prepend: readonly number[];
  /** Of the policy; what it prepends goes in front of what the session prepends. */
  readonly edits:
    | (AsPathEdits & {
        readonly prepend?: { readonly as: AsOrSelf; readonly count: number };
        readonly prependAses?: readonly AsOrSelf[];
      })
    | null;
  /** Our AS on that session, for edits with `self`. */
  readonly ownAs?: number;
  /** Confederation segments stay behind (RFC 5065 §4). */
  readonly external?: boolean;
  /** Our member AS, for a peer in another one of the confederation: goes into AS_CONFED_SEQUENCE; null = there is none. */
  readonly memberAs?: number | null;
}

/** The i-th AS to prepend, front first: those of the policy, then those of the session. */
function prepended(rewrite: PathRewrite, i: number): number {
  const ases = rewrite.edits?.prependAses;
  const listed = ases === undefined ? 0 : ases.length;
  if (i < listed && ases !== undefined) return asNumber(ases[i]!, rewrite.ownAs);
  const edit = rewrite.edits?.prepend;
  const edited = listed + (edit === undefined ? 0 : edit.count);
  if (i < edited && edit !== undefined) return asNumber(edit.as, rewrite.ownAs);
  return rewrite.prepend[i - edited]!;
}

/**
 * Writes AS_PATH, as the policy edits it, with ASes in front: into the first sequence as far as 255 allow, the others in sequences of their own
 * before it (RFC 4271 §5.1.2). Within a confederation, its segments stay in front of them all.
 */
export function rewritePath(
  block: Uint8Array,
  at: number,
  stop: number,
  rewrite: PathRewrite,
  out: ByteWriter,
): void {
  const { edits } = rewrite;
  if (edits === null || (edits.asPath === undefined && edits.asRules === undefined)) {
    writePath(block, at, stop, rewrite, out);
    return;
  }
  const path = editedAsPath(block, at, stop, edits, rewrite.ownAs);
  writePath(path, 0, path.length, rewrite, out);
}

function writePath(block: Uint8Array, at: number, stop: number, rewrite: PathRewrite, out: ByteWriter): void {
  const { edits, memberAs = null, external = false } = rewrite;
  const edited = (edits?.prepend?.count ?? 0) + (edits?.prependAses?.length ?? 0);
  const count = rewrite.prepend.length + edited;
  if (count === 0 && !external && memberAs === null) {
    out.copy(block, at, stop);
    return;
  }
  const header = beginAttribute(out, 0x40, AttributeCode.AsPath);
  let from = at === stop ? stop : valueStart(block, at);
  if (memberAs !== null) from = writeMember(block, from, stop, memberAs, out);
  for (; from < stop && block[from]! >= SegmentType.ConfedSequence; from = segmentEnd(block, from)) {
    if (!external) out.copy(block, from, segmentEnd(block, from));
  }
  const firstIsSequence = from < stop && block[from] === SegmentType.Sequence;
  const first = firstIsSequence ? block[from + 1]! : 0;
  const joined = Math.min(count, 255 - first);
  let i = 0;
  for (let size = (count - joined) % 255; i < count - joined; size = 255) {
    if (size === 0) continue;
    out.u8(SegmentType.Sequence);
    out.u8(size);
    for (const next = i + size; i < next; i++) out.u32(prepended(rewrite, i));
  }
  if (first + joined > 0) {
    out.u8(SegmentType.Sequence);
    out.u8(first + joined);
    for (; i < count; i++) out.u32(prepended(rewrite, i));
    if (firstIsSequence) {
      out.copy(block, from + 2, from + 2 + first * 4);
      from += 2 + first * 4;
    }
  }
  while (from < stop) {
    const next = segmentEnd(block, from);
    if (!external || block[from]! < SegmentType.ConfedSequence) out.copy(block, from, next);
    from = next;
  }
  endAttribute(out, header);
}

/** Our member AS in front of the first AS_CONFED_SEQUENCE, or in one of its own (RFC 5065 §4.1 b); where to go on reading. */
function writeMember(block: Uint8Array, from: number, stop: number, as: number, out: ByteWriter): number {
  const isJoined = from < stop && block[from] === SegmentType.ConfedSequence && block[from + 1]! < 255;
  out.u8(SegmentType.ConfedSequence);
  out.u8(isJoined ? block[from + 1]! + 1 : 1);
  out.u32(as);
  if (!isJoined) return from;
  out.copy(block, from + 2, segmentEnd(block, from));
  return segmentEnd(block, from);
}

function segmentEnd(block: Uint8Array, segment: number): number {
  return segment + 2 + block[segment + 1]! * 4;
}
