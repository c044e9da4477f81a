import t from 'tap';
import { Dump, type DumpSocket } from '../../src/netlink/dump.js';
import { bytesOf } from './hex.js';

const ENOBUFS = 105;
const EAGAIN = 11;
const route = bytesOf('10000000 1800 0200 01000000 05000000');
const interruptedRoute = bytesOf('10000000 1800 1200 01000000 05000000');
const done = bytesOf('14000000 0300 0200 01000000 05000000 00000000');
const refused = bytesOf('24000000 0200 0001 01000000 05000000 feffffff 1c000000 1a00 0103 01000000 00000000');

/** A socket that gives these answers, and then nothing. */
function giving(...answers: (Uint8Array | number)[]): DumpSocket {
  return {
    send: () => 0,
    receive: (buffer) => {
      const next = answers.shift() ?? -EAGAIN;
      if (typeof next === 'number') return next;
      buffer.set(next);
      return next.length;
    },
  };
}

const request = (): Uint8Array => new Uint8Array(28);
const removed = bytesOf('10000000 1900 0000 00000000 00000000');
const added = bytesOf('10000000 1800 0000 00000000 00000000');

t.test('a listing ends with its closing message', async (t) => {
  const slice = new Dump(giving(route, route, done), request()).next();
  t.equal(slice.bytes.length, 52);
  t.match(slice, { done: true, interrupted: false, verdict: { errno: 0 } });
});

t.test('a listing that the kernel marks is interrupted', async (t) => {
  t.match(new Dump(giving(route, interruptedRoute, done), request()).next(), {
    done: true,
    interrupted: true,
  });
});

t.test('a listing that is refused, cut or not to be sent ends with the error', async (t) => {
  t.match(new Dump(giving(refused), request()).next(), { done: true, verdict: { errno: 2 } });
  t.match(new Dump(giving(route), request()).next(), { done: true, verdict: { errno: EAGAIN } });
  t.match(new Dump(giving(-ENOBUFS), request()).next(), { done: true, verdict: { errno: ENOBUFS } });
  const mute: DumpSocket = { send: () => 1, receive: () => 0 };
  t.match(new Dump(mute, request()).next(), { done: true, verdict: { errno: 1 } });
});

t.test('a long listing comes in slices of at most 256 KiB', async (t) => {
  const large = new Uint8Array(32 * 1024);
  for (let at = 0; at < large.length; at += 16) large.set(route, at);
  const dump = new Dump(giving(...Array.from({ length: 8 }, () => large), done), request());
  const first = dump.next();
  t.match(first, { done: false, verdict: null });
  t.ok(first.bytes.length <= 256 * 1024);
  const second = dump.next();
  t.equal(second.done, true);
  t.equal(first.bytes.length + second.bytes.length, 8 * large.length + done.length);
});

t.test(
  'a listing is spoiled by a notification of the type that is watched for, or by lost ones',
  async (t) => {
    const interrupted = (...notifications: (Uint8Array | number)[]): boolean => {
      const watch = { socket: giving(...notifications), type: 25 };
      return new Dump(giving(route, done), request(), watch).next().interrupted;
    };
    t.equal(interrupted(), false);
    t.equal(interrupted(added, added), false);
    t.equal(interrupted(added, removed), true);
    t.equal(interrupted(-ENOBUFS, added), true);
  },
);
