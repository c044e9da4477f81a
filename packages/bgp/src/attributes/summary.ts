import { AttributeCode, SegmentType } from '../iana/attribute-code.js';
import { WellKnownCommunity } from '../iana/well-known-community.js';
import { aigpMetricAt } from './aigp.js';
import { valueEnd, valueStart } from './attribute-header.js';
import { readU32 } from './attribute-row.js';
import { attributeRow } from './attribute-table.js';

/** Bits of `AttributeSummary.flags`. */
export const SummaryFlag = {
  HasLocalPref: 1 << 0,
  HasMed: 1 << 1,
  HasOriginator: 1 << 2,
  HasClusterList: 1 << 3,
  /** AS_PATH holds an AS_SET or AS_CONFED_SET (RFC 9774) */
  HasAsSet: 1 << 4,
  /** AS_PATH holds confederation segments (RFC 5065) */
  HasConfed: 1 << 5,
  /** An attribute without a row is there. */
  HasUnknown: 1 << 6,
  HasAigp: 1 << 7,
  NoExport: 1 << 8,
  NoAdvertise: 1 << 9,
  NoExportSubconfed: 1 << 10,
  Blackhole: 1 << 11,
  GracefulShutdown: 1 << 12,
  LlgrStale: 1 << 13,
  NoLlgr: 1 << 14,
} as const;

/** What the decision process asks of an attribute set, computed when the set is first seen. Made once and reused. */
export interface AttributeSummary {
  /** 0 igp, 1 egp, 2 incomplete. */
  origin: number;
  /** 100 when absent (see `SummaryFlag.HasLocalPref`). */
  localPref: number;
  /** 0 when absent (RFC 4271 §9.1.2.2: lowest). */
  med: number;
  /** As the decision process counts: a set is one, confederation segments are none (RFC 4271 §9.1.2.2, RFC 5065 §5.3). */
  asPathLength: number;
  /** Leftmost AS outside confederation segments; 0 for an empty path or one that begins with a set. */
  neighborAs: number;
  /** 0 when absent. */
  originatorId: number;
  /** Number of cluster ids. */
  clusterListLength: number;
  /** Accumulated IGP metric (RFC 7311); 0 when absent (see `SummaryFlag.HasAigp`). Beyond 2^53 it is not exact. */
  aigp: number;
  /** `SummaryFlag` bits. */
  flags: number;
}

/** Fields that begin with this have room for four octets: with a small number, the first large one would give the object another shape. */
const WIDE = 0xffffffff;

/**
 * A summary for `summarize` to fill, again and again.
 *
 * @example
 * const summary = createSummary();
 * summarize(block, 0, block.length, summary);
 */
export function createSummary(): AttributeSummary {
  return {
    origin: 2,
    localPref: WIDE,
    med: WIDE,
    asPathLength: 0,
    neighborAs: WIDE,
    originatorId: WIDE,
    clusterListLength: 0,
    aigp: WIDE,
    flags: 0,
  };
}

function communityFlag(community: number): number {
  switch (community) {
    case WellKnownCommunity.NoExport:
      return SummaryFlag.NoExport;
    case WellKnownCommunity.NoAdvertise:
      return SummaryFlag.NoAdvertise;
    case WellKnownCommunity.NoExportSubconfed:
      return SummaryFlag.NoExportSubconfed;
    case WellKnownCommunity.Blackhole:
      return SummaryFlag.Blackhole;
    case WellKnownCommunity.GracefulShutdown:
      return SummaryFlag.GracefulShutdown;
    case WellKnownCommunity.LlgrStale:
      return SummaryFlag.LlgrStale;
    case WellKnownCommunity.NoLlgr:
      return SummaryFlag.NoLlgr;
    default:
      return 0;
  }
}

function summarizePath(block: Uint8Array, start: number, end: number, out: AttributeSummary): void {
  let first = true;
  for (let at = start; at < end; ) {
    const type = block[at]!;
    const count = block[at + 1]!;
    if (type === SegmentType.Sequence) {
      if (first) out.neighborAs = readU32(block, at + 2);
      out.asPathLength += count;
      first = false;
    } else if (type === SegmentType.Set) {
      out.asPathLength += 1;
      out.flags |= SummaryFlag.HasAsSet;
      first = false;
    } else {
      out.flags |= SummaryFlag.HasConfed;
      if (type === SegmentType.ConfedSet) out.flags |= SummaryFlag.HasAsSet;
    }
    at += 2 + count * 4;
  }
}

/**
 * Fills `out` from a canonical block. Allocates nothing.
 *
 * @example
 * const summary = createSummary();
 * summarize(block, 0, block.length, summary);
 * console.log(summary.asPathLength, summary.localPref);
 */
export function summarize(block: Uint8Array, start: number, end: number, out: AttributeSummary): void {
  out.origin = 2;
  out.localPref = 100;
  out.med = 0;
  out.asPathLength = 0;
  out.neighborAs = 0;
  out.originatorId = 0;
  out.clusterListLength = 0;
  out.aigp = 0;
  out.flags = 0;
  for (let at = start; at < end; ) {
    const value = valueStart(block, at);
    const stop = valueEnd(block, at);
    switch (block[at + 1]) {
      case AttributeCode.Origin:
        out.origin = block[value]!;
        break;
      case AttributeCode.AsPath:
        summarizePath(block, value, stop, out);
        break;
      case AttributeCode.Med:
        out.med = readU32(block, value);
        out.flags |= SummaryFlag.HasMed;
        break;
      case AttributeCode.LocalPref:
        out.localPref = readU32(block, value);
        out.flags |= SummaryFlag.HasLocalPref;
        break;
      case AttributeCode.Communities:
        for (let i = value; i < stop; i += 4) {
          // All well-known ones begin with 0xffff.
          if (block[i] === 0xff && block[i + 1] === 0xff) out.flags |= communityFlag(readU32(block, i));
        }
        break;
      case AttributeCode.OriginatorId:
        out.originatorId = readU32(block, value);
        out.flags |= SummaryFlag.HasOriginator;
        break;
      case AttributeCode.ClusterList:
        out.clusterListLength = (stop - value) / 4;
        out.flags |= SummaryFlag.HasClusterList;
        break;
      case AttributeCode.AtomicAggregate:
      case AttributeCode.Aggregator:
      case AttributeCode.ExtendedCommunities:
      case AttributeCode.LargeCommunities:
        break;
      case AttributeCode.Aigp: {
        const metric = aigpMetricAt(block, value, stop);
        if (metric >= 0) {
          out.aigp = readU32(block, metric) * 2 ** 32 + readU32(block, metric + 4);
          out.flags |= SummaryFlag.HasAigp;
        }
        break;
      }
      default:
        if (attributeRow(block[at + 1]!) === undefined) out.flags |= SummaryFlag.HasUnknown;
    }
    at = stop;
  }
}

/**
 * How often an AS occurs in the AS_PATH of a canonical block, sets and confederation segments included (loop check). `from`:
 * the lowest segment type that counts, `SegmentType.ConfedSequence` for member ASes, which nothing else holds.
 */
export function countAs(
  block: Uint8Array,
  start: number,
  end: number,
  as: number,
  from: number = SegmentType.Set,
): number {
  for (let at = start; at < end; at = valueEnd(block, at)) {
    if (block[at + 1] !== AttributeCode.AsPath) continue;
    let found = 0;
    const stop = valueEnd(block, at);
    for (let segment = valueStart(block, at); segment < stop; ) {
      const next = segment + 2 + block[segment + 1]! * 4;
      if (block[segment]! >= from) {
        for (let i = segment + 2; i < next; i += 4) if (readU32(block, i) === as) found++;
      }
      segment = next;
    }
    return found;
  }
  return 0;
}

/** Whether the CLUSTER_LIST of a canonical block holds an id (RFC 4456 §8: such a route is a loop). */
export function clusterListHas(block: Uint8Array, start: number, end: number, id: number): boolean {
  for (let at = start; at < end; at = valueEnd(block, at)) {
    if (block[at + 1] !== AttributeCode.ClusterList) continue;
    const stop = valueEnd(block, at);
    for (let i = valueStart(block, at); i < stop; i += 4) if (readU32(block, i) === id) return true;
    return false;
  }
  return false;
}
