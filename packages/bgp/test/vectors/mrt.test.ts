import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { beginAttribute, endAttribute, valueEnd, valueStart } from '../../src/attributes/attribute-header.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { type MrtItem, mrtItems } from './mrt.js';
import { damaged } from './mrt-expectations.js';
import { frame, type Outcome, readUpdate, readVector } from './read-vector.js';
import { Tally, tableOf } from './tally.js';

/**
 * The UPDATE that a table entry came from. MP_REACH_NLRI is shortened to its next hop in MRT tables (RFC 6396 §4.3.4), by
 * most writers: it is made whole again.
 */
function updateOf(item: Extract<MrtItem, { kind: 'attributes' }>): Uint8Array {
  const { bytes, afi, nlri } = item;
  const out = new ByteWriter();
  out.u16(0);
  const lengthAt = out.reserve(2);
  const writeReach = (nextHop: Uint8Array): void => {
    const header = beginAttribute(out, 0x80, 14);
    out.copy(Uint8Array.of(0, afi, 1, nextHop.length));
    out.copy(nextHop);
    out.u8(0);
    out.copy(nlri);
    endAttribute(out, header);
  };
  for (let at = 0; at < bytes.length; ) {
    const start = valueStart(bytes, at);
    const end = valueEnd(bytes, at);
    if (bytes[at + 1] === 14) {
      const short = bytes[start] === end - start - 1;
      const nextHop = short
        ? bytes.subarray(start + 1, end)
        : bytes.subarray(start + 4, start + 4 + bytes[start + 3]!);
      writeReach(nextHop);
    } else {
      out.copy(bytes, at, end);
    }
    at = end;
  }
  if (item.nextHop !== undefined && afi === 2) writeReach(item.nextHop);
  if (item.nextHop !== undefined && afi === 1) out.copy(Uint8Array.from([0x40, 3, 4, ...item.nextHop]));
  out.patch16(lengthAt, out.length - 4);
  if (afi === 1) out.copy(nlri);
  return frame(2, out.slice());
}

function outcomeOf(item: Exclude<MrtItem, { kind: 'none' }>): Outcome {
  switch (item.kind) {
    case 'message':
      return readVector(item.bytes, { as: 'message', as2: item.as2, addPath: item.addPath });
    case 'body':
      return readVector(frame(item.type, item.bytes), { as: 'message', as2: true });
    default:
      return readUpdate(updateOf(item), { as2: item.as2 });
  }
}

t.test('MRT files give the messages and attributes that they hold', needs('PEERAGE_VECTORS'), (t) => {
  const tallies: Tally[] = [];
  for (const folder of ['mrtparse', 'bgpkit-ripe']) {
    const path = join(process.env.PEERAGE_VECTORS!, 'mrt', folder);
    for (const file of readdirSync(path).sort()) {
      const tally = new Tally(`${folder}/${file}`);
      tallies.push(tally);
      const refusals = new Map<string, number>();
      for (const item of mrtItems(join(path, file))) {
        if (item.kind === 'none') {
          refusals.set(item.reason, (refusals.get(item.reason) ?? 0) + 1);
          continue;
        }
        const outcome = outcomeOf(item);
        tally.count(outcome, file);
        if (outcome.unbuilt) tally.unbuilt++;
        if (!outcome.accepted) refusals.set(outcome.detail, (refusals.get(outcome.detail) ?? 0) + 1);
      }
      const expected = damaged[tally.file] ?? {};
      t.same(
        Object.fromEntries(refusals),
        expectedCounts(expected),
        `${tally.file}: left out or refused as expected`,
      );
      t.same(tally.unexplained, [], `${tally.file}: what differs when written again is explained`);
    }
  }
  for (const line of tableOf(tallies)) t.comment(line);
  t.end();
});

function expectedCounts(
  expected: Readonly<Record<string, { readonly count: number }>>,
): Record<string, number> {
  return Object.fromEntries(Object.entries(expected).map(([detail, { count }]) => [detail, count]));
}
