import t from 'tap';
import type { SliceReply } from '../../src/netlink/channel.js';
import { type RequestChannel, Requester } from '../../src/netlink/requester.js';

/** A kernel that gives two slices per dump and is interrupted in the second of the first `interruptions`. */
class ChangingKernel implements RequestChannel {
  dumps = 0;
  readonly left: number[] = [];
  readonly #interruptions: number;

  constructor(interruptions: number) {
    this.#interruptions = interruptions;
  }

  async send(): Promise<readonly []> {
    return [];
  }

  async ask(): Promise<Uint8Array> {
    return new Uint8Array(0);
  }

  async dump(): Promise<SliceReply> {
    this.dumps++;
    return this.#slice(false);
  }

  async next(): Promise<SliceReply> {
    return this.#slice(true);
  }

  leave(dump: number): void {
    this.left.push(dump);
  }

  #slice(done: boolean): SliceReply {
    return {
      kind: 'slice',
      id: 1,
      dump: this.dumps,
      bytes: Uint8Array.of(this.dumps, done ? 2 : 1),
      interrupted: done && this.dumps <= this.#interruptions,
      done,
      verdict: done ? { errno: 0, message: '' } : null,
    };
  }
}

const request = (): Uint8Array<ArrayBuffer> => new Uint8Array(16);

t.test('an interrupted listing is repeated, and collected from the start', async (t) => {
  const kernel = new ChangingKernel(2);
  const collected = await new Requester(kernel).collect(request, 'list', (bytes) => [[...bytes]]);
  t.same(collected, [
    [3, 1],
    [3, 2],
  ]);
  t.equal(kernel.dumps, 3);
  t.same(kernel.left, []);
});

t.test('a kernel that never holds still is given up after sixteen attempts', async (t) => {
  const enough = new ChangingKernel(15);
  await new Requester(enough).collect(request, 'list', () => []);
  t.equal(enough.dumps, 16);
  const tooMany = new ChangingKernel(16);
  await t.rejects(
    new Requester(tooMany).collect(request, 'list', () => []),
    {
      code: 'LINUX_ERR_DUMP_INTERRUPTED',
      message: /cannot list: .*16 attempts/,
    },
  );
});

t.test('a listing that is left early is given up in the kernel', async (t) => {
  const kernel = new ChangingKernel(0);
  for await (const slice of new Requester(kernel).read(request, 'list', () => {})) {
    t.same([...slice], [1, 1]);
    break;
  }
  t.same(kernel.left, [1]);
});
