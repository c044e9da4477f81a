import t from 'tap';
import { readAttributes } from '../../peers/attribute-form.js';

const origin = '40010100';
const path = '40020a0202' + '0000fde8' + '00001111';
const nextHop = '400304c6130001';

function read(...attributes: readonly string[]) {
  const bytes = Buffer.from(attributes.join(''), 'hex');
  return readAttributes(bytes, 0, bytes.length, true);
}

t.test('the first AS is taken off, the next hop is told, and neither is in the text', async (t) => {
  const form = read(origin, path, nextHop);
  t.match(form, { firstAs: 65_000, nextHop: '198.19.0.1', notes: [] });
  t.equal(form.text, read(origin, '40020a0202' + '0000fde9' + '00001111', '400304c6130002').text);
  t.not(form.text, read('40010102', path, nextHop).text);
});

t.test('the order of attributes and communities, and how a path is cut, make no difference', async (t) => {
  const a = read(origin, path, nextHop, 'c00808' + '00010002' + '00030004');
  t.equal(a.text, read(path, 'c00808' + '00030004' + '00010002', origin, nextHop).text);
  t.equal(
    a.text,
    read(origin, '40020c' + '02010000fde8' + '020100001111', nextHop, 'c0080800010002' + '00030004').text,
  );
  t.not(
    a.text,
    read(origin, '40020c' + '02010000fde8' + '010100001111', nextHop, 'c0080800010002' + '00030004').text,
  );
  t.not(a.text, read(origin, path, nextHop, 'c00808' + '00010002' + '00030005').text);
});

for (const [note, attributes] of [
  ['malformed', [origin, path, '400303c61300']],
  ['malformed', [origin, origin, path, nextHop]],
  ['malformed', [origin, path, nextHop, 'c008ff00']],
  ['attributeFlags', ['c0010100', path, nextHop]],
  ['missingMandatory', [origin, path]],
  ['localPrefLeaked', [origin, path, nextHop, '40050400000064']],
  ['medLeaked', [origin, path, nextHop, '80040400000064']],
  ['partialNotSet', [origin, path, nextHop, 'c0d50101']],
] as const) {
  t.test(`${note}: ${attributes.join(' ')}`, async (t) => {
    t.ok(read(...attributes).notes.includes(note));
  });
}
