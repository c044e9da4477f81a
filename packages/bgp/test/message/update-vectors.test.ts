import t from 'tap';
import { decodeCanonical, encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { encodeForSession } from '../../src/attributes/session-attributes.js';
import { decodeMessage } from '../../src/message/decode-message.js';
import { Framer } from '../../src/message/framer.js';
import { UpdatePacker } from '../../src/message/update-packer.js';
import { parseAddress } from '../../src/net/address.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { parseInto } from '../../src/net/prefix.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex, toHex } from '../../src/wire/hex.js';
import { INTERNAL, reader } from './update-bodies.js';

/** UPDATEs written once: the octets after the marker, and what they say. */
interface UpdateVector {
  readonly name: string;
  readonly hex: string;
  readonly family: typeof IPV4_UNICAST;
  readonly announced?: {
    readonly prefixes: readonly string[];
    readonly nextHop: string;
    readonly attributes: PathAttributes;
  };
  readonly withdrawn?: readonly string[];
}

const PATH: PathAttributes = { origin: 'igp', asPath: [{ type: 'sequence', ases: [65001] }] };

const VECTORS: readonly UpdateVector[] = [
  {
    name: 'that announces IPv4',
    hex: '00310200000014' + '40010100' + '40020602010000fde9' + '400304c0000201' + '080a' + '18c63364',
    family: IPV4_UNICAST,
    announced: { prefixes: ['10.0.0.0/8', '198.51.100.0/24'], nextHop: '192.0.2.1', attributes: PATH },
  },
  {
    name: 'that withdraws IPv4',
    hex: '001d020006' + '080a' + '18c63364' + '0000',
    family: IPV4_UNICAST,
    withdrawn: ['10.0.0.0/8', '198.51.100.0/24'],
  },
  {
    name: 'that announces IPv6',
    hex:
      '0044020000002d' +
      '900e001c0002011020010db800000000000000000000000100' +
      '2020010db8' +
      '083f' +
      '40010100' +
      '40020602010000fde9',
    family: IPV6_UNICAST,
    announced: { prefixes: ['2001:db8::/32', '3f00::/8'], nextHop: '2001:db8::1', attributes: PATH },
  },
  {
    name: 'that withdraws IPv6',
    hex: '0023020000000c' + '900f0008000201' + '2020010db8',
    family: IPV6_UNICAST,
    withdrawn: ['2001:db8::/32'],
  },
];

function keysOf(prefixes: readonly string[]) {
  let i = 0;
  return {
    next(key: Parameters<typeof parseInto>[1]) {
      if (i === prefixes.length) return false;
      parseInto(prefixes[i++]!, key);
      return true;
    },
  };
}

function encode(vector: UpdateVector): string {
  const packer = new UpdatePacker({ maxMessage: 4096 });
  const out = new ByteWriter();
  const { family, announced, withdrawn } = vector;
  if (withdrawn !== undefined) packer.withdraw(out, family, keysOf(withdrawn));
  if (announced !== undefined) {
    const block = new ByteWriter();
    encodeCanonical(announced.attributes, block);
    const nextHop = parseAddress(announced.nextHop);
    const plain = family === IPV4_UNICAST;
    const wire = new ByteWriter();
    encodeForSession(block.bytes, 0, block.length, { as4: true, nextHop4: plain ? nextHop : null }, wire);
    packer.announce(
      out,
      family,
      wire.bytes,
      0,
      wire.length,
      plain ? null : nextHop,
      keysOf(announced.prefixes),
      () => {},
    );
  }
  return toHex(out.view());
}

/** What the message says, by the reader that sessions use. */
function meaning(bytes: Uint8Array, start: number, end: number) {
  const r = reader(INTERNAL);
  const outcome = r.read(bytes, start + 19, end);
  const canonical = new ByteWriter();
  if (r.attributesStart < r.attributesEnd) r.canonical(canonical);
  return {
    outcome,
    attributes: decodeCanonical(canonical.slice()),
    reach: r.reachFamily?.name,
    unreach: r.unreachFamily?.name,
  };
}

for (const vector of VECTORS) {
  const hex = 'ff'.repeat(16) + vector.hex;
  t.test(`an UPDATE ${vector.name} is decoded, encoded, goes round, and comes octet by octet`, async (t) => {
    const bytes = fromHex(hex)!;
    const { announced, withdrawn } = vector;
    const shown = JSON.stringify(decodeMessage(bytes));
    for (const prefix of [...(announced?.prefixes ?? []), ...(withdrawn ?? [])])
      t.ok(shown.includes(`"${prefix}"`), prefix);
    if (announced !== undefined) {
      t.ok(shown.includes(`"${announced.nextHop}"`));
      t.match(meaning(bytes, 0, bytes.length), { outcome: 'accept', attributes: announced.attributes });
    }
    t.equal(encode(vector), hex);
    t.equal(JSON.stringify(decodeMessage(fromHex(encode(vector))!)), shown);
    const framer = new Framer();
    for (const octet of bytes) {
      t.equal(framer.next(), 'incomplete');
      framer.push(Uint8Array.of(octet));
    }
    t.equal(framer.next(), 'message');
    t.same(meaning(framer.bytes, framer.start, framer.end), meaning(bytes, 0, bytes.length));
  });
}
