import t from 'tap';
import { formatLike, placeOfJsonError, withRenamedKey } from '../../../src/drivers/cni-file/json-text.js';

t.test('placeOfJsonError points at the first mistake', async (t) => {
  const places: readonly (readonly [string, string])[] = [
    ['', 'line 1, column 1'],
    ['{', 'line 1, column 2'],
    ['{"a":1,}', 'line 1, column 8'],
    ['{"a":1\n "b":2}', 'line 2, column 2'],
    ['{"a":[1,2}', 'line 1, column 10'],
    ["{'a':1}", 'line 1, column 2'],
    ['{"a":"x\ny"}', 'line 1, column 6'],
    ['{"a":true} x', 'line 1, column 12'],
    ['{"a":-}', 'line 1, column 6'],
  ];
  for (const [text, place] of places) {
    t.throws(() => JSON.parse(text));
    t.equal(placeOfJsonError(text), place, text);
  }
});

t.test('formatLike writes as the text before was written', async (t) => {
  const value = { a: [1] };
  t.equal(formatLike('{"a":2}', value), '{"a":[1]}');
  t.equal(formatLike('{"a":2}\n', value), '{"a":[1]}\n');
  t.equal(formatLike('{\n    "a": 2\n}', value), '{\n    "a": [\n        1\n    ]\n}');
  t.equal(formatLike('{\n\t"a": 2\n}', value), '{\n\t"a": [\n\t\t1\n\t]\n}');
});

t.test('withRenamedKey keeps the place of the key', async (t) => {
  t.equal(JSON.stringify(withRenamedKey({ a: 1, b: 2, c: 3 }, 'b', 'd', 4)), '{"a":1,"d":4,"c":3}');
});
