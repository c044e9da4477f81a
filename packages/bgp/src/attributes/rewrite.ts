import { AttributeCode, AttributeFlag } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { writeAigp, writeRaisedAigp } from './aigp.js';
import { checkU32, refuseAttribute } from './attribute-error.js';
import {
  beginAttribute,
  endAttribute,
  valueEnd,
  valueStart,
  writeAttributeHeader,
} from './attribute-header.js';
import { readU32 } from './attribute-row.js';
import { attributeRow } from './attribute-table.js';
import { writeLargeCommunity } from './large-communities.js';
import { ORIGINS } from './origin.js';
import type { Origin } from './path-attributes.js';
import { matchesAnyRecord, type RecordEdits, type RecordPattern } from './record-pattern.js';
import { rewritePath } from './rewrite-path.js';
import { sortTail } from './sorted-records.js';

/** What a policy changes in the attributes: the part of its edits that is not the next hop. Absent = unchanged, `null` removes. */
export interface AttributeEdits {
  readonly origin?: Origin;
  readonly med?: number | null;
  /** Added to the MED (0 where there is none), negative to subtract; stays in 0 … 2^32 − 1. `med` wins over it. */
  readonly addMed?: number;
  readonly localPref?: number | null;
  /** Added to LOCAL_PREF (100 where there is none), as `addMed`. `localPref` wins over it. */
  readonly addLocalPref?: number;
  /** Accumulated IGP metric, 0 … 2^53 − 1. It leaves by sessions that exchange it only. */
  readonly aigp?: number | null;
  /** Goes in front of what the session itself prepends. */
  readonly prepend?: { readonly as: number; readonly count: number };
  /** ASes to put in front of those, front first. */
  readonly prependAses?: readonly number[];
  readonly addCommunities?: readonly number[];
  readonly removeCommunities?: readonly number[];
  readonly removeCommunityPatterns?: readonly RecordPattern[];
  readonly setCommunities?: readonly number[];
  readonly addLargeCommunities?: readonly string[];
  /** Records of 12 octets. */
  readonly largeCommunities?: RecordEdits;
  /** Records of 8 octets. */
  readonly extendedCommunities?: RecordEdits;
}

/** What a session changes in attributes on their way out. */
export interface Rewrite {
  /** ASes to put in front of AS_PATH, front first. */
  readonly prepend: readonly number[];
  readonly localPref: 'keep' | 'remove' | number;
  readonly med: 'keep' | 'remove' | number;
  /** Of the policy; they win over `localPref` and `med`. */
  readonly edits: AttributeEdits | null;
  /** Sets Partial on optional transitive attributes that are not understood (RFC 4271 §5). */
  readonly markPartial: boolean;
  /** Optional non-transitive attributes that are not understood never leave (RFC 4271 §5). */
  readonly dropNonTransitiveUnknown: true;
  /** Set when the route has none (RFC 4456 §8); null = as it is. */
  readonly originatorId: number | null;
  /** Cluster id to put in front of CLUSTER_LIST (RFC 4456 §8); null = as it is. */
  readonly prependCluster: number | null;
  /**
   * The routes leave the AS: ORIGINATOR_ID and CLUSTER_LIST (RFC 4456 §8) and confederation segments (RFC 5065 §4) stay
   * behind.
   */
  readonly external?: boolean;
  /**
   * Our member AS, when the routes go to another member of our confederation (RFC 5065 §4): AS_CONFED_SEQUENCE gets it, and
   * ORIGINATOR_ID and CLUSTER_LIST stay behind. Null or absent = they do not.
   */
  readonly memberAs?: number | null;
  /** Goes out with AIGP, raised by so much (RFC 7311 §3.4.3); null: without it. Absent = it stays within the AS. */
  readonly aigp?: number | null;
}

/** Attributes that a rewrite may change or add, in code order. Everything between them is copied. */
const REWRITTEN: readonly number[] = [
  AttributeCode.Origin,
  AttributeCode.AsPath,
  AttributeCode.Med,
  AttributeCode.LocalPref,
  AttributeCode.Communities,
  AttributeCode.OriginatorId,
  AttributeCode.ClusterList,
  AttributeCode.ExtendedCommunities,
  AttributeCode.Aigp,
  AttributeCode.LargeCommunities,
];

/**
 * Appends a canonical block that a rewrite was applied to: canonical again. Throws `BGP_ERR_ATTRIBUTE` for edits that cannot be.
 *
 * @example
 * rewriteCanonical(block, 0, block.length, { ...unchanged, prepend: [64512] }, out);
 */
export function rewriteCanonical(
  block: Uint8Array,
  start: number,
  end: number,
  rewrite: Rewrite,
  out: ByteWriter,
): void {
  let at = start;
  for (let i = 0; i < REWRITTEN.length; i++) {
    const code = REWRITTEN[i]!;
    at = passBelow(block, at, end, code, rewrite, out);
    if (at < end && block[at + 1] === code) {
      const stop = valueEnd(block, at);
      rewriteOne(code, block, at, stop, rewrite, out);
      at = stop;
    } else {
      rewriteOne(code, block, at, at, rewrite, out);
    }
  }
  passBelow(block, at, end, 256, rewrite, out);
}

/** Copies the attributes below `code`: the ones that are understood as they are, others as RFC 4271 §5 has it. */
function passBelow(
  block: Uint8Array,
  from: number,
  end: number,
  code: number,
  rewrite: Rewrite,
  out: ByteWriter,
): number {
  let at = from;
  while (at < end && block[at + 1]! < code) {
    const stop = valueEnd(block, at);
    const row = attributeRow(block[at + 1]!);
    if (row !== undefined) {
      if (row.internalOnly !== true || rewrite.external !== true) out.copy(block, at, stop);
    } else if ((block[at]! & AttributeFlag.Transitive) !== 0) {
      const flagsAt = out.length;
      out.copy(block, at, stop);
      if (rewrite.markPartial) out.patch8(flagsAt, block[at]! | AttributeFlag.Partial);
    }
    at = stop;
  }
  return at;
}

/** Writes what becomes of one attribute; `at === stop` when the block does not have it. */
function rewriteOne(
  code: number,
  block: Uint8Array,
  at: number,
  stop: number,
  rewrite: Rewrite,
  out: ByteWriter,
): void {
  const { edits } = rewrite;
  switch (code) {
    case AttributeCode.Origin:
      if (edits?.origin === undefined) out.copy(block, at, stop);
      else writeOrigin(edits.origin, out);
      return;
    case AttributeCode.AsPath:
      rewritePath(block, at, stop, rewrite, out);
      return;
    case AttributeCode.Med:
      rewriteNumber(code, 0x80, 'med', rewrite.med, edits?.med, edits?.addMed, 0, block, at, stop, out);
      return;
    case AttributeCode.LocalPref:
      rewriteLocalPref(rewrite, block, at, stop, out);
      return;
    case AttributeCode.Communities:
      rewriteCommunities(block, at, stop, edits, out);
      return;
    case AttributeCode.OriginatorId:
      if (leavesCluster(rewrite)) return;
      if (at === stop && rewrite.originatorId !== null) {
        writeAttributeHeader(out, 0x80, code, 4);
        out.u32(rewrite.originatorId);
      }
      out.copy(block, at, stop);
      return;
    case AttributeCode.ClusterList:
      if (!leavesCluster(rewrite)) rewriteClusters(block, at, stop, rewrite.prependCluster, out);
      return;
    case AttributeCode.ExtendedCommunities:
      rewriteRecords(code, 8, block, at, stop, edits?.extendedCommunities, undefined, out);
      return;
    case AttributeCode.Aigp:
      rewriteAigp(block, at, stop, rewrite, out);
      return;
    default:
      rewriteRecords(code, 12, block, at, stop, edits?.largeCommunities, edits?.addLargeCommunities, out);
  }
}

function rewriteAigp(block: Uint8Array, at: number, stop: number, rewrite: Rewrite, out: ByteWriter): void {
  const { external = false, aigp = external ? null : 0, edits } = rewrite;
  if (aigp === null || edits?.aigp === null) return;
  if (edits?.aigp !== undefined) writeAigp(edits.aigp, out);
  else if (at !== stop) writeRaisedAigp(block, at, stop, aigp, out);
}

/** Reflection is an affair of one AS, or of one member of a confederation (RFC 4456 §8). */
function leavesCluster({ external, memberAs = null }: Rewrite): boolean {
  return external === true || memberAs !== null;
}

function writeOrigin(origin: Origin, out: ByteWriter): void {
  const value = ORIGINS.indexOf(origin);
  if (value < 0) refuseAttribute('origin', origin, 'must be igp, egp or incomplete');
  writeAttributeHeader(out, 0x40, AttributeCode.Origin, 1);
  out.u8(value);
}

/** LOCAL_PREF never leaves the AS, whatever a policy sets (RFC 4271 §5.1.5). */
function rewriteLocalPref(
  rewrite: Rewrite,
  block: Uint8Array,
  at: number,
  stop: number,
  out: ByteWriter,
): void {
  const { edits, localPref } = rewrite;
  const code = AttributeCode.LocalPref;
  if (edits === null || rewrite.external === true) {
    rewriteNumber(code, 0x40, 'localPref', localPref, undefined, undefined, 100, block, at, stop, out);
  } else {
    const { localPref: edit, addLocalPref } = edits;
    rewriteNumber(code, 0x40, 'localPref', localPref, edit, addLocalPref, 100, block, at, stop, out);
  }
}

function rewriteNumber(
  code: number,
  flags: number,
  path: string,
  wanted: 'keep' | 'remove' | number,
  edit: number | null | undefined,
  add: number | undefined,
  absent: number,
  block: Uint8Array,
  at: number,
  stop: number,
  out: ByteWriter,
): void {
  let value = edit === undefined ? wanted : (edit ?? 'remove');
  if (add !== undefined && edit === undefined) {
    let base = typeof wanted === 'number' ? wanted : absent;
    if (wanted === 'keep' && at !== stop) base = readU32(block, valueStart(block, at));
    value = Math.min(0xffffffff, Math.max(0, base + add));
  }
  if (value === 'keep') {
    out.copy(block, at, stop);
  } else if (value !== 'remove') {
    writeAttributeHeader(out, flags, code, 4);
    out.u32(checkU32(path, value));
  }
}

/** Loops, not callbacks: a closure over `out` would be made on every call, also where nothing is edited. */
function rewriteCommunities(
  block: Uint8Array,
  at: number,
  stop: number,
  edits: AttributeEdits | null,
  out: ByteWriter,
): void {
  if (edits === null || !editsCommunities(edits)) {
    out.copy(block, at, stop);
    return;
  }
  const { setCommunities, addCommunities, removeCommunities, removeCommunityPatterns } = edits;
  const partial = at === stop ? 0 : block[at]! & AttributeFlag.Partial;
  const header = beginAttribute(out, 0xc0 | partial, AttributeCode.Communities);
  const value = out.length;
  if (setCommunities !== undefined) {
    for (let i = 0; i < setCommunities.length; i++) {
      out.u32(checkCommunity('setCommunities', i, setCommunities[i]!));
    }
  } else if (at !== stop) {
    for (let i = valueStart(block, at); i < stop; i += 4) {
      const community = readU32(block, i);
      if (removeCommunities?.includes(community)) continue;
      if (removeCommunityPatterns !== undefined && matchesAnyRecord(removeCommunityPatterns, block, i))
        continue;
      out.u32(community);
    }
  }
  if (addCommunities !== undefined) {
    for (let i = 0; i < addCommunities.length; i++) {
      out.u32(checkCommunity('addCommunities', i, addCommunities[i]!));
    }
  }
  finishList(out, header, value, 4);
}

function editsCommunities(edits: AttributeEdits): boolean {
  return (
    edits.setCommunities !== undefined ||
    edits.addCommunities !== undefined ||
    edits.removeCommunities !== undefined ||
    edits.removeCommunityPatterns !== undefined
  );
}

function checkCommunity(field: string, i: number, community: number): number {
  // The name is only made for the error.
  if (community >>> 0 === community) return community;
  return checkU32(`${field}[${i}]`, community);
}

/** Large (12 octets) or extended (8 octets) communities. `text`: large ones to add that are not octets yet. */
function rewriteRecords(
  code: number,
  size: number,
  block: Uint8Array,
  at: number,
  stop: number,
  edits: RecordEdits | undefined,
  text: readonly string[] | undefined,
  out: ByteWriter,
): void {
  if (edits === undefined && text === undefined) {
    out.copy(block, at, stop);
    return;
  }
  const partial = at === stop ? 0 : block[at]! & AttributeFlag.Partial;
  const header = beginAttribute(out, 0xc0 | partial, code);
  const value = out.length;
  if (edits?.set !== undefined) {
    out.copy(edits.set, 0, edits.set.length);
  } else if (at !== stop) {
    const remove = edits?.remove;
    for (let i = valueStart(block, at); i < stop; i += size) {
      if (remove === undefined || !matchesAnyRecord(remove, block, i)) out.copy(block, i, i + size);
    }
  }
  if (edits?.add !== undefined) out.copy(edits.add, 0, edits.add.length);
  if (text !== undefined) {
    for (let i = 0; i < text.length; i++) writeLargeCommunity(text[i]!, `addLargeCommunities[${i}]`, out);
  }
  finishList(out, header, value, size);
}

/** Sorts a list that was written, and takes back an empty one. */
function finishList(out: ByteWriter, header: number, value: number, size: number): void {
  if (out.length === value) {
    out.length = header;
    return;
  }
  sortTail(out, value, size);
  endAttribute(out, header);
}

function rewriteClusters(
  block: Uint8Array,
  at: number,
  stop: number,
  cluster: number | null,
  out: ByteWriter,
): void {
  if (cluster === null) {
    out.copy(block, at, stop);
    return;
  }
  const header = beginAttribute(out, 0x80, AttributeCode.ClusterList);
  out.u32(cluster);
  if (at !== stop) out.copy(block, valueStart(block, at), stop);
  endAttribute(out, header);
}
