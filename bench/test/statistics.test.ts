import t from 'tap';
import { median, spread } from '../statistics.js';
import { textTable } from '../text-table.js';

t.test('the median is the middle value, or what lies between the two', async (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([4, 1, 2, 3]), 2.5);
  t.throws(() => median([]), RangeError);
});

t.test('the spread leaves the outer quarters out', async (t) => {
  t.equal(spread([10, 10, 10, 10]), 0);
  t.equal(spread([1, 9, 10, 11, 900]), 0.1);
});

t.test('a table puts numbers to the right and text to the left', async (t) => {
  t.equal(
    textTable(
      ['name', 'ns'],
      [
        ['a', '1.0'],
        ['longer', '12.5'],
      ],
    ),
    '| name   |   ns |\n| ------ | ---: |\n| a      |  1.0 |\n| longer | 12.5 |',
  );
});
