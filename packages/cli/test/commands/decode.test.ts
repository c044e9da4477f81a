import t from 'tap';
import { decodeLine } from '../../src/commands/decode.js';

const settings = { as2: false, addPath: false };
const marker = 'f'.repeat(32);

t.test('a message becomes one object, whatever stands between its octets', (t) => {
  const keepalive = decodeLine(`${marker}001304`, settings);
  t.match(keepalive, { type: 'KEEPALIVE' });
  t.same(decodeLine(`0x${marker.toUpperCase()} 00:13:04`, settings), keepalive);
  t.end();
});

t.test('what is not hex gets an error with the offset of the first bad octet', (t) => {
  t.same(decodeLine('ffxf', settings), {
    error: { code: 'CLI_ERR_HEX', message: 'not a hex digit: "x"', offset: 1 },
  });
  t.match(decodeLine('fff', settings), { error: { code: 'CLI_ERR_HEX', offset: 1 } });
  t.end();
});

t.test('what is not a BGP message gets an error, an empty line too', (t) => {
  t.match(decodeLine('', settings), { error: { code: String, offset: Number } });
  t.match(decodeLine(`${marker}0013`, settings), { error: { code: String } });
  t.match(decodeLine(`${'0'.repeat(32)}001304`, settings), { error: { offset: 0 } });
  t.end();
});

t.test('2-octet AS paths are read as such when told so', (t) => {
  const body = '0000' + '0014' + '40010100' + '4002060202fde9fdea' + '400304c0000201' + '18cb0071';
  const decoded = decodeLine(`${marker}002f02${body}`, { as2: true, addPath: false });
  t.match(decoded, { type: 'UPDATE', nlri: ['203.0.113.0/24'] });
  t.match(JSON.stringify(decoded), /65001,65002/);
  t.end();
});
