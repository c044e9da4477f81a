import t from 'tap';
import { type Fault, type Severity, strongerFault } from '../../src/wire/result.js';

const fault = (severity: Severity, message: string): Fault => ({
  severity,
  code: 3,
  subcode: 1,
  data: new Uint8Array(0),
  offset: 0,
  message,
});

t.test('the strongest of many faults wins, the first among equals', async (t) => {
  const faults = [
    fault('discard', 'a'),
    fault('withdraw', 'b'),
    fault('discard', 'c'),
    fault('withdraw', 'd'),
  ];
  let worst: Fault | null = null;
  for (const one of faults) worst = strongerFault(worst, one);
  t.equal(worst?.message, 'b');
  t.equal(strongerFault(worst, fault('reset', 'e')).message, 'e');
});
