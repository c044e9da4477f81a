import t from 'tap';
import { messageFlag, messagesOf } from '../../src/netlink/message.js';
import { MessageWriter } from '../../src/netlink/message-writer.js';
import { type TransactionSocket, transact } from '../../src/netlink/transaction.js';

const EAGAIN = 11;
const EEXIST = 17;
const ENOBUFS = 105;

/** A kernel that refuses the messages whose payload is odd, and whose receive buffer holds so many answers. */
class OddKernel implements TransactionSocket {
  readonly receiveBufferBytes: number;
  readonly #room: number;
  readonly #answers: (Uint8Array | number)[] = [];
  readonly sends: number[] = [];

  constructor(receiveBufferBytes: number, room: number) {
    this.receiveBufferBytes = receiveBufferBytes;
    this.#room = room;
  }

  send(bytes: Uint8Array): number {
    let count = 0;
    let lost = false;
    for (const { view, offset, flags, sequence } of messagesOf(bytes)) {
      count++;
      const refused = view.getUint32(offset + 16, true) % 2 === 1;
      if (!refused && (flags & messageFlag.ack) === 0) continue;
      if (this.#answers.length < this.#room) this.#answers.push(answer(sequence, refused ? EEXIST : 0));
      else lost = true;
    }
    this.sends.push(count);
    if (lost) this.#answers.unshift(-ENOBUFS);
    return 0;
  }

  receive(buffer: Uint8Array): number {
    const next = this.#answers.shift();
    if (next === undefined) return -EAGAIN;
    if (typeof next === 'number') return next;
    buffer.set(next);
    return next.length;
  }
}

function answer(sequence: number, errno: number): Uint8Array {
  const bytes = new Uint8Array(36);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 36, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, messageFlag.capped, true);
  view.setUint32(8, sequence, true);
  view.setInt32(16, -errno, true);
  view.setUint32(20, 20, true);
  return bytes;
}

function numbered(count: number): Uint8Array {
  const writer = new MessageWriter();
  for (let number = 0; number < count; number++) {
    writer.beginMessage(24, messageFlag.request);
    writer.u32(number);
    writer.endMessage();
  }
  return writer.finish();
}

t.test('every refusal is told by its place, over several sends and the end of the numbers', async (t) => {
  const kernel = new OddKernel(8 * 1024 * 1024, Number.POSITIVE_INFINITY);
  let between = 0;
  const refusals = transact(kernel, numbered(3001), 0xffffff00, () => between++);
  t.same(kernel.sends, [1200, 1200, 601]);
  t.equal(between, 3);
  t.same(
    refusals.map(({ index }) => index),
    Array.from({ length: 1500 }, (_, at) => at * 2 + 1),
  );
  t.same(refusals[0], { index: 1, errno: EEXIST, message: 'file already exists' });
});

t.test('a small receive buffer makes small sends', async (t) => {
  const kernel = new OddKernel(23_040, Number.POSITIVE_INFINITY);
  transact(kernel, numbered(25), 1, () => {});
  t.same(kernel.sends, [10, 10, 5]);
});

t.test('when answers are lost, what is not known is told as such, and the next send goes on', async (t) => {
  const kernel = new OddKernel(23_040, 3);
  const refusals = transact(kernel, numbered(12), 1, () => {});
  t.same(
    refusals.map(({ index, errno }) => [index, errno]),
    [
      [1, EEXIST],
      [3, EEXIST],
      [5, EEXIST],
      ...[0, 2, 4, 6, 7, 8, 9].map((index) => [index, ENOBUFS]),
      [11, EEXIST],
    ],
  );
  t.match(refusals.at(-2)?.message, /answer was lost/);
});

t.test('a send that fails refuses its messages and no others', async (t) => {
  const kernel = new OddKernel(4608, Number.POSITIVE_INFINITY);
  let sends = 0;
  const failing: TransactionSocket = {
    receiveBufferBytes: 4608,
    send: (bytes) => (++sends === 2 ? 90 : kernel.send(bytes)),
    receive: (buffer) => kernel.receive(buffer),
  };
  const refusals = transact(failing, numbered(6), 1, () => {});
  t.same(
    refusals.map(({ index, errno }) => [index, errno]),
    [
      [1, EEXIST],
      [2, 90],
      [3, 90],
      [5, EEXIST],
    ],
  );
});
