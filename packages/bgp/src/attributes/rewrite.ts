import { AttributeCode, AttributeFlag } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { aggregator } from './aggregator.js';
import { writeAigp, writeRaisedAigp } from './aigp.js';
import { asNumber } from './as-path-edits.js';
import type { AttributeEdits } from './attribute-edits.js';
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
import { ORIGINS } from './origin.js';
import type { Aggregator, Origin } from './path-attributes.js';
import { rewriteCommunities, rewriteRecords } from './rewrite-communities.js';
import { rewritePath } from './rewrite-path.js';

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
  /** Our AS on that session, for edits with `self`. */
  readonly ownAs?: number;
  /** The role of the session decides on OTC, and no policy does (RFC 9234 §5). */
  readonly hasRole?: boolean;
}

/** Attributes that a rewrite may change or add, in code order: all others are copied. The place of one is its bit in masks. */
const REWRITTEN: readonly number[] = [
  AttributeCode.Origin,
  AttributeCode.AsPath,
  AttributeCode.Med,
  AttributeCode.LocalPref,
  AttributeCode.AtomicAggregate,
  AttributeCode.Aggregator,
  AttributeCode.Communities,
  AttributeCode.OriginatorId,
  AttributeCode.ClusterList,
  AttributeCode.ExtendedCommunities,
  AttributeCode.Aigp,
  AttributeCode.LargeCommunities,
  AttributeCode.OnlyToCustomer,
];
/** By code: 1 for those. */
const isRewritten = Uint8Array.from({ length: 256 }, (_, code) => (REWRITTEN.includes(code) ? 1 : 0));

/** Those that a rewrite writes where the block has none. */
function addedBy(rewrite: Rewrite): number {
  const path = 1 << 1;
  const med = typeof rewrite.med === 'number' ? 1 << 2 : 0;
  const localPref = typeof rewrite.localPref === 'number' ? 1 << 3 : 0;
  const originator = rewrite.originatorId === null ? 0 : 1 << 7;
  const cluster = rewrite.prependCluster === null ? 0 : 1 << 8;
  const own = path | med | localPref | originator | cluster;
  return rewrite.edits === null ? own : own | addedByEdits(rewrite.edits);
}

function addedByEdits(edits: AttributeEdits): number {
  let added = edits.origin === undefined ? 0 : 1;
  if (edits.med !== undefined || edits.addMed !== undefined) added |= 1 << 2;
  if (edits.localPref !== undefined || edits.addLocalPref !== undefined) added |= 1 << 3;
  if (edits.atomicAggregate !== undefined) added |= 1 << 4;
  if (edits.aggregator !== undefined) added |= 1 << 5;
  if (edits.setCommunities !== undefined || edits.addCommunities !== undefined) added |= 1 << 6;
  if (edits.extendedCommunities !== undefined) added |= 1 << 9;
  if (edits.aigp !== undefined) added |= 1 << 10;
  if (edits.largeCommunities !== undefined || edits.addLargeCommunities !== undefined) added |= 1 << 11;
  if (edits.onlyToCustomer !== undefined) added |= 1 << 12;
  return added;
}

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
  let above = 0;
  for (let added = addedBy(rewrite); added !== 0; added &= added - 1) {
    const code = REWRITTEN[31 - Math.clz32(added & -added)]!;
    at = passBetween(block, at, end, above, code, rewrite, out);
    if (at < end && block[at + 1] === code) at = passOne(block, at, rewrite, out);
    else rewriteOne(code, block, at, at, rewrite, out);
    above = code;
  }
  passBetween(block, at, end, above, 256, rewrite, out);
}

/** Writes what becomes of an attribute of the block; the place of the next one. */
function passOne(block: Uint8Array, at: number, rewrite: Rewrite, out: ByteWriter): number {
  const code = block[at + 1]!;
  const stop = valueEnd(block, at);
  const isRemoved = rewrite.edits !== null && rewrite.edits.removeAttributes?.includes(code) === true;
  if (isRewritten[code] === 1) {
    rewriteOne(code, block, isRemoved ? stop : at, stop, rewrite, out);
    return stop;
  }
  if (isRemoved) return stop;
  // What is not understood is passed on where RFC 4271 §5 has it.
  if (attributeRow(code) !== undefined) {
    out.copy(block, at, stop);
  } else if ((block[at]! & AttributeFlag.Transitive) !== 0) {
    const flagsAt = out.length;
    out.copy(block, at, stop);
    if (rewrite.markPartial) out.patch8(flagsAt, block[at]! | AttributeFlag.Partial);
  }
  return stop;
}

/** As `passBelow`, and sets the attributes over `above` and below `code` that a policy has. */
function passBetween(
  block: Uint8Array,
  from: number,
  end: number,
  above: number,
  code: number,
  rewrite: Rewrite,
  out: ByteWriter,
): number {
  const set = rewrite.edits?.setAttributes;
  if (set === undefined) return passBelow(block, from, end, code, rewrite, out);
  let at = from;
  for (let i = 0; i < set.length; i++) {
    const attribute = set[i]!;
    if (attribute.code <= above || attribute.code >= code) continue;
    at = passBelow(block, at, end, attribute.code, rewrite, out);
    if (at < end && block[at + 1] === attribute.code) at = valueEnd(block, at);
    writeAttributeHeader(out, attribute.flags, attribute.code, attribute.value.length);
    out.copy(attribute.value);
  }
  return passBelow(block, at, end, code, rewrite, out);
}

/** Writes what becomes of the attributes below `code`. */
function passBelow(
  block: Uint8Array,
  from: number,
  end: number,
  code: number,
  rewrite: Rewrite,
  out: ByteWriter,
): number {
  let at = from;
  while (at < end && block[at + 1]! < code) at = passOne(block, at, rewrite, out);
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
    case AttributeCode.AtomicAggregate:
      if (edits?.atomicAggregate === undefined) out.copy(block, at, stop);
      else if (edits.atomicAggregate) writeAttributeHeader(out, 0x40, code, 0);
      return;
    case AttributeCode.Aggregator:
      if (edits?.aggregator === undefined) out.copy(block, at, stop);
      else if (edits.aggregator !== null) writeAggregator(edits.aggregator, out);
      return;
    case AttributeCode.OnlyToCustomer:
      if (at === stop && edits?.onlyToCustomer !== undefined && rewrite.hasRole !== true) {
        writeAttributeHeader(out, 0xc0, code, 4);
        out.u32(asNumber(edits.onlyToCustomer, rewrite.ownAs));
      }
      out.copy(block, at, stop);
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

function writeAggregator(value: Aggregator, out: ByteWriter): void {
  const header = beginAttribute(out, 0xc0, AttributeCode.Aggregator);
  aggregator.encode?.({ aggregator: value }, out);
  endAttribute(out, header);
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
