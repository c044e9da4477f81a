import t from 'tap';
import { attributeTable } from '../../src/attributes/attribute-table.js';
import type { UpdateContext } from '../../src/message/update-context.js';
import { UpdateReader } from '../../src/message/update-reader.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';
import { GOOD } from './good-attributes.js';
import { bodyOf, EXTERNAL, INTERNAL } from './update-bodies.js';

const MANDATORY = [1, 2, 3];
/** From an external peer these are dropped whatever they hold (RFC 7606 §7.5, §7.9, §7.10, RFC 7311 §3.3). */
const INTERNAL_ONLY = [5, 9, 10, 26];
/** Between speakers of four-octet ASes these are dropped (RFC 6793 §4.1). */
const AS4_ONLY = [17, 18];

type Verdict = 'accept' | 'discard' | 'withdraw' | 'reset';

function judge(context: UpdateContext, attributes: string, nlri: string): Verdict {
  const reader = new UpdateReader(context);
  const body = bodyOf({ attributes, nlri });
  const outcome = reader.read(body, 0, body.length);
  if (outcome === 'accept') return reader.fault === null ? 'accept' : 'discard';
  if (reader.fault?.severity !== outcome) throw new Error('the fault contradicts the outcome');
  return outcome;
}

/** Everything a route needs, with `attribute` in the place of the good one of its code. */
function blockWith(code: number, attribute: string): string {
  const codes = code === 14 ? [1, 2] : MANDATORY;
  return [...codes.filter((c) => c !== code).map((c) => GOOD[c]!), attribute].join('');
}

const dropped = (code: number, context: UpdateContext): boolean =>
  (INTERNAL_ONLY.includes(code) && context.type === 'external') || (AS4_ONLY.includes(code) && context.as4);

const OLD: UpdateContext = { ...INTERNAL, as4: false };
const oldBlock = (block: string): string =>
  block.replace(GOOD[2]!, '4002040201fde9').replace(GOOD[7]!, 'c00706fde801010101');

function withLength(attribute: string, length: number): string {
  const octets = 'ab'.repeat(length);
  return attribute.slice(0, 4) + length.toString(16).padStart(2, '0') + octets;
}

for (const [name, context] of [
  ['an external peer', EXTERNAL],
  ['an internal peer', INTERNAL],
  ['an old internal peer', OLD],
] as const) {
  const verdict = (attributes: string, nlri: string): Verdict =>
    judge(context, context.as4 ? attributes : oldBlock(attributes), nlri);
  t.test(`every attribute from ${name}: good, flags, short, long, doubled, cut`, async (t) => {
    for (const row of attributeTable) {
      const { code, severity } = row;
      const good = GOOD[code]!;
      const nlri = code === 14 ? '' : '18c00002';
      const drop = dropped(code, context);
      t.equal(verdict(blockWith(code, good), nlri), drop ? 'discard' : 'accept', `${row.name}: good`);

      // RFC 7606 §3(c): wrong Optional or Transitive bits
      for (const bit of [0x80, 0x40]) {
        const flags = (Number.parseInt(good.slice(0, 2), 16) ^ bit).toString(16).padStart(2, '0');
        const expected = drop ? 'discard' : (row.flagsSeverity ?? 'withdraw');
        t.equal(
          verdict(blockWith(code, flags + good.slice(2)), nlri),
          expected,
          `${row.name}: flags ${flags}`,
        );
      }

      // RFC 7606 §7: lengths that do not fit. 1 octet, and one more than good.
      const least = code === 6 ? 1 : code === 1 ? 0 : 1;
      const most = Number.parseInt(good.slice(4, 6), 16) + 1;
      // (Octets of another family follow MP_UNREACH_NLRI's fixed part: that one is ignored. PMSI_TUNNEL ends as it likes.)
      for (const length of code === 15 || code === 22 ? [least] : [least, most]) {
        const expected = drop ? 'discard' : severity;
        t.equal(
          verdict(blockWith(code, withLength(good, length)), nlri),
          expected,
          `${row.name}: length ${length}`,
        );
      }

      // RFC 7606 §3(g): the first counts; MP_REACH_NLRI and MP_UNREACH_NLRI twice reset the session
      const twice = code === 14 || code === 15 ? 'reset' : 'discard';
      t.equal(verdict(blockWith(code, good) + good, nlri), twice, `${row.name}: twice`);

      // RFC 7606 §4: cut off within the header, or within the value
      for (const tail of [good.slice(0, 4), good.slice(0, 2), `${good.slice(0, 4)}ff`]) {
        const block = blockWith(code, code === 14 ? good : '') + tail;
        const routes = code === 14 ? nlri : '18c00002';
        const all = code <= 3 ? MANDATORY.map((c) => GOOD[c]!).join('') + tail : block;
        t.equal(verdict(all, routes), 'withdraw', `${row.name}: cut to ${tail}`);
      }
    }
  });

  t.test(`what withdraws from ${name} resets when nothing is announced (RFC 7606 §5.2)`, async (t) => {
    for (const row of attributeTable) {
      if (row.severity !== 'withdraw' || dropped(row.code, context)) continue;
      const bad = withLength(GOOD[row.code]!, row.code === 1 ? 0 : 1);
      t.equal(verdict(blockWith(row.code, bad), ''), 'reset', row.name);
      t.equal(
        verdict(`${GOOD[14]!}${blockWith(row.code, bad)}`, ''),
        'withdraw',
        `${row.name} beside MP_REACH_NLRI`,
      );
    }
    t.equal(verdict(withLength(GOOD[6]!, 1), ''), 'discard', 'an attribute discard stays one');
  });
}

t.test(
  'missing mandatory attributes withdraw, only where routes are announced (RFC 7606 §3(d))',
  async (t) => {
    for (const missing of MANDATORY) {
      const block = MANDATORY.filter((code) => code !== missing)
        .map((code) => GOOD[code]!)
        .join('');
      t.equal(judge(EXTERNAL, block, '18c00002'), 'withdraw', `${missing}`);
      t.equal(judge(EXTERNAL, block, ''), 'accept', `${missing}, nothing announced`);
      t.equal(
        judge(EXTERNAL, GOOD[14]! + block, ''),
        missing === 3 ? 'accept' : 'withdraw',
        `${missing}, MP_REACH_NLRI`,
      );
    }
    t.equal(judge(EXTERNAL, '', '18c00002'), 'withdraw', 'no attribute at all');
  },
);

t.test('values that are well formed and wrong', async (t) => {
  const withPath = (value: string): string =>
    blockWith(2, `4002${(value.length / 2).toString(16).padStart(2, '0')}${value}`);
  t.equal(judge(EXTERNAL, blockWith(1, '40010103'), '18c00002'), 'withdraw', 'ORIGIN 3');
  t.equal(judge(EXTERNAL, withPath('0200'), '18c00002'), 'withdraw', 'a segment of no AS');
  t.equal(judge(EXTERNAL, withPath('050100000001'), '18c00002'), 'withdraw', 'a segment of type 5');
  t.equal(judge(EXTERNAL, withPath('020100000000'), '18c00002'), 'withdraw', 'AS 0 (RFC 7607)');
  t.equal(judge(EXTERNAL, withPath('03010000000102010000fde9'), '18c00002'), 'withdraw', 'confederation');
  t.equal(judge(INTERNAL, withPath('030100000001'), '18c00002'), 'accept', 'confederation, inside');
  t.equal(judge(EXTERNAL, withPath(''), '18c00002'), 'accept', 'an empty path is for policy to judge');
  for (const hop of ['00000000', 'e0000001', 'ffffffff', 'f0000001']) {
    t.equal(judge(EXTERNAL, blockWith(3, `400304${hop}`), '18c00002'), 'withdraw', `NEXT_HOP ${hop}`);
  }
  t.equal(
    judge(EXTERNAL, blockWith(7, 'c007080000000001010101'), '18c00002'),
    'discard',
    'AGGREGATOR of AS 0',
  );
  t.equal(judge(EXTERNAL, blockWith(8, 'c00800'), '18c00002'), 'withdraw', 'no community');
  t.equal(judge(EXTERNAL, blockWith(99, 'c0630101'), '18c00002'), 'accept', 'unknown');
  t.equal(judge(EXTERNAL, blockWith(99, '40630101'), '18c00002'), 'reset', 'unknown and well-known: 3/2');
});

t.test('NLRI that cannot be parsed reset the session (RFC 7606 §5.3)', async (t) => {
  const block = blockWith(99, '');
  for (const nlri of ['21c0000200', '18c000', '20c0000201ff'])
    t.equal(judge(EXTERNAL, block, nlri), 'reset', nlri);
  const reader = new UpdateReader(EXTERNAL);
  const withdrawn = bodyOf({ withdrawn: '18c000' });
  t.equal(reader.read(withdrawn, 0, withdrawn.length), 'reset');
  t.match(reader.fault, { code: 3, subcode: 10, offset: 2 });
  t.equal(
    judge(EXTERNAL, blockWith(14, '800e160002011020010db800000000000000000000000100' + '81'), ''),
    'reset',
  );
  t.equal(judge(EXTERNAL, '800f05000201' + '8120', ''), 'reset');
});

t.test('next hops of another length than the family asks for reset (RFC 7606 §7.11)', async (t) => {
  for (const length of [0, 4, 8, 15, 17, 24, 31, 33]) {
    const value = `000201${length.toString(16).padStart(2, '0')}${'20'.repeat(length)}002020010db8`;
    const reach = `800e${(value.length / 2).toString(16).padStart(2, '0')}${value}`;
    t.equal(judge(EXTERNAL, blockWith(14, reach), ''), 'reset', `${length}`);
  }
  const v4 = (length: number): string => {
    const value = `000101${length.toString(16).padStart(2, '0')}${'20'.repeat(length)}0018c00002`;
    return `800e${(value.length / 2).toString(16).padStart(2, '0')}${value}`;
  };
  t.equal(judge(EXTERNAL, blockWith(14, v4(4)), ''), 'accept');
  const nowhere = v4(4).replace('20202020', '00000000');
  t.equal(judge(EXTERNAL, blockWith(14, nowhere), ''), 'withdraw', '0.0.0.0 there too');
  for (const length of [16, 32]) t.equal(judge(EXTERNAL, blockWith(14, v4(length)), ''), 'reset', 'RFC 8950');
});

t.test('the strongest of several outcomes wins, whatever their order (RFC 7606 §3(h))', async (t) => {
  const discard = withLength(GOOD[6]!, 1);
  const withdraw = withLength(GOOD[4]!, 3);
  const reset = '40630101';
  const base = MANDATORY.map((code) => GOOD[code]!).join('');
  t.equal(judge(EXTERNAL, base + discard + withdraw, '18c00002'), 'withdraw');
  t.equal(judge(EXTERNAL, base + withdraw + discard, '18c00002'), 'withdraw');
  t.equal(judge(EXTERNAL, base + discard + withdraw + reset, '18c00002'), 'reset');
});

t.test('dropped attributes are not in the canonical block, doubles keep the first', async (t) => {
  const reader = new UpdateReader(EXTERNAL);
  const attributes = blockWith(4, `${GOOD[4]!}80040400000002${GOOD[5]!}${withLength(GOOD[6]!, 1)}`);
  const body = bodyOf({ attributes, nlri: '18c00002' });
  t.equal(reader.read(body, 0, body.length), 'accept');
  t.equal(reader.discarded.length, 3);
  const out = new ByteWriter();
  reader.canonical(out);
  t.equal(toHex(out.view()), `${GOOD[1]}${GOOD[2]}${GOOD[4]}`);
});

t.test('lengths that run over the message reset with 3/1', async (t) => {
  const reader = new UpdateReader(EXTERNAL);
  for (const hex of ['', '00', '0000', '000000', '00050000', '00000005', 'ffff0000', '0000ffff']) {
    const body = Uint8Array.from(Buffer.from(hex, 'hex'));
    t.equal(reader.read(body, 0, body.length), 'reset', hex);
    t.match(reader.fault, { code: 3, subcode: 1 });
  }
});
