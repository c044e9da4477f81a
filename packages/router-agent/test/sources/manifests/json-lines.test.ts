import t from 'tap';
import { itemLines } from '../../../src/sources/manifests/json-lines.js';

t.test('lines of items, whatever stands in texts and around them', async (t) => {
  const list = {
    kind: 'List',
    metadata: { items: [{ not: 'these' }] },
    items: [{ a: '}]"\\' }, { items: [{ nor: 'this' }] }, [1, [2]]],
    more: [{ or: 'that' }],
  };
  const text = JSON.stringify(list, null, 2);
  const lines = text.split('\n');
  const expected = [
    lines.indexOf('    {'),
    lines.indexOf('    {', lines.indexOf('    {') + 1),
    lines.indexOf('    ['),
  ];
  t.same(
    itemLines(text),
    expected.map((index) => index + 1),
  );
  t.same(itemLines(JSON.stringify(list)), [1, 1, 1]);
});

t.test('without items there are no lines', async (t) => {
  for (const text of ['{}', '{"items": {}}', '{"kind": "items"}', '[]']) t.same(itemLines(text), [], text);
});
