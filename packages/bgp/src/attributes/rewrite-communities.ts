import { AttributeCode, AttributeFlag } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import type { AttributeEdits } from './attribute-edits.js';
import { checkU32 } from './attribute-error.js';
import { beginAttribute, endAttribute, valueStart } from './attribute-header.js';
import { readU32 } from './attribute-row.js';
import { writeLargeCommunity } from './large-communities.js';
import { matchesAnyRecord, type RecordEdits } from './record-pattern.js';
import { sortTail } from './sorted-records.js';

/** Standard communities. Loops, not callbacks: a closure over `out` would be made on every call, also where nothing is edited. */
export function rewriteCommunities(
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
export function rewriteRecords(
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
