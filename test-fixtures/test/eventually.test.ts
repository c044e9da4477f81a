import t from 'tap';
import { eventually } from '../src/eventually.js';

t.test('eventually gives the first value that is neither undefined nor false', async (t) => {
  let tries = 0;
  const value = await eventually(
    () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return tries === 2 ? undefined : tries === 3 ? false : 'there';
    },
    { interval: 1 },
  );
  t.equal(value, 'there');
  t.equal(tries, 4);
});

t.test('0 and the empty text are values', async (t) => {
  t.equal(await eventually(() => 0), 0);
  t.equal(await eventually(async () => ''), '');
});

t.test('eventually says the last error when the time is over', async (t) => {
  const refused = new Error('connection refused');
  await t.rejects(
    eventually(
      () => {
        throw refused;
      },
      { timeout: 20, interval: 5 },
    ),
    { message: 'not so within 20 ms: connection refused', cause: refused },
  );
});

t.test('eventually says the last value when the time is over', async (t) => {
  await t.rejects(
    eventually(() => false, { timeout: 5, interval: 1 }),
    {
      message: 'not so within 5 ms: the last try gave false',
    },
  );
});
