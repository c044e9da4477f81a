import { Framer } from '../../../src/message/framer.js';
import { MAX_EXTENDED_MESSAGE, MAX_MESSAGE } from '../../../src/message/message-type.js';
import type { Probe } from '../probe.js';
import { FuzzRandom } from '../random.js';
import { repairStream } from '../repair.js';
import { messageSeeds } from '../seeds.js';
import { type FuzzTarget, inputOf } from '../target.js';

const hexOf = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('hex');

function drain(framer: Framer, found: string[]): void {
  for (;;) {
    const { ready } = framer;
    const status = framer.next();
    if (ready !== (status !== 'incomplete')) throw new Error('`ready` contradicts `next`');
    if (status === 'incomplete') return;
    if (status === 'fault') {
      found.push(`fault ${framer.fault?.code}/${framer.fault?.subcode} ${framer.fault?.message}`);
      return;
    }
    found.push(`${framer.type} ${hexOf(framer.bytes, framer.start, framer.end)}`);
  }
}

function framesOf(pieces: readonly Uint8Array[], maxMessage: number, probe: Probe): string {
  const framer = new Framer();
  framer.maxMessage = maxMessage;
  const found: string[] = [];
  let pushed = 0;
  for (const piece of pieces) {
    framer.push(piece);
    pushed += piece.length;
    drain(framer, found);
    if (framer.fault !== null) break;
  }
  probe.expect(framer.bytes.length <= 8192 + 4 * pushed, 'the buffer is out of proportion to what came');
  return found.join('\n');
}

/** A stream is cut into the same messages however it arrives. */
export const framerTarget: FuzzTarget = {
  name: 'framer',
  batch: 256,
  longest: 12_000,
  seeds: (seed) => {
    const messages = messageSeeds(seed);
    const random = new FuzzRandom(seed, 'framer');
    return Array.from({ length: 60 }, () => {
      const parts = Array.from({ length: 1 + random.below(6) }, () => random.pick(messages));
      return inputOf(random.below(256), Uint8Array.from(Buffer.concat(parts)));
    });
  },
  repair: repairStream,
  run(probe, control, bytes, start, end) {
    const maxMessage = (control & 1) === 0 ? MAX_MESSAGE : MAX_EXTENDED_MESSAGE;
    const whole = framesOf([bytes.subarray(start, end)], maxMessage, probe);
    probe.see('frames', whole);
    const random = new FuzzRandom(control, 'pieces');
    const pieces: Uint8Array[] = [];
    for (let at = start; at < end; ) {
      const size = Math.min(end - at, 1 + random.below(random.oneIn(4) ? 3 : 700));
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    probe.same('the stream in pieces', framesOf(pieces, maxMessage, probe), whole);
  },
};
