import t from 'tap';
import { messagesOf, readVerdict } from '../../src/netlink/message.js';
import { bytesOf } from './hex.js';

t.test('messagesOf walks padded messages and stops at one that does not fit', async (t) => {
  const bytes = bytesOf(`
    11000000 1800 0200 05000000 07000000 ff 000000
    10000000 1900 0000 06000000 08000000
    40000000 1900 0000 07000000 08000000`);
  const seen = [...messagesOf(bytes)].map(({ offset, end, type, flags, sequence, portId }) => {
    return { offset, end, type, flags, sequence, portId };
  });
  t.same(seen, [
    { offset: 0, end: 17, type: 24, flags: 2, sequence: 5, portId: 7 },
    { offset: 20, end: 36, type: 25, flags: 0, sequence: 6, portId: 8 },
  ]);
});

t.test('messagesOf stops at a length that cannot be', async (t) => {
  t.same([...messagesOf(bytesOf('0f000000 1800 0000 00000000 00000000'))], []);
  t.same([...messagesOf(bytesOf('1000'))], []);
});

t.test(
  'readVerdict gives the text of an extended acknowledgement, capped or with the request in it',
  async (t) => {
    const text = '0b000100 4e6f20676f6f6400';
    const capped = bytesOf(
      `30000000 0200 0003 01000000 00000000 eaffffff 20000000 1800 0504 01000000 00000000 ${text}`,
    );
    const whole = bytesOf(
      `40000000 0200 0002 01000000 00000000 eaffffff 20000000 1800 0504 01000000 00000000 ${'00'.repeat(16)} ${text}`,
    );
    for (const bytes of [capped, whole]) {
      t.same([...messagesOf(bytes)].map(readVerdict), [{ errno: 22, message: 'No good' }]);
    }
  },
);

t.test('readVerdict gives the words of the error number when the kernel has none', async (t) => {
  const refused = bytesOf(
    '24000000 0200 0001 01000000 00000000 efffffff 20000000 1800 0504 01000000 00000000',
  );
  t.same([...messagesOf(refused)].map(readVerdict), [{ errno: 17, message: 'file already exists' }]);
  const done = bytesOf('24000000 0200 0001 01000000 00000000 00000000 20000000 1800 0504 01000000 00000000');
  t.same([...messagesOf(done)].map(readVerdict), [{ errno: 0, message: '' }]);
  const endOfDump = bytesOf('14000000 0300 0200 01000000 00000000 00000000');
  t.same([...messagesOf(endOfDump)].map(readVerdict), [{ errno: 0, message: '' }]);
});
