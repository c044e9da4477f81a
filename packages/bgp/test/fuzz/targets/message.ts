import { decodeMessage } from '../../../src/message/decode-message.js';
import { FuzzRandom } from '../random.js';
import { repairStream } from '../repair.js';
import { messageSeeds } from '../seeds.js';
import { type FuzzTarget, inputOf } from '../target.js';

/** `decodeMessage`: any octets give JSON. */
export const messageTarget: FuzzTarget = {
  name: 'message',
  batch: 256,
  longest: 3000,
  seeds(seed) {
    const random = new FuzzRandom(seed, 'message');
    return messageSeeds(seed).map((bytes) => inputOf(random.below(256), bytes));
  },
  repair: repairStream,
  run(probe, control, bytes, start, end) {
    const shown = decodeMessage(bytes.subarray(start, end), {
      as2: (control & 1) !== 0,
      addPath: (control & 4) !== 0,
    });
    const text = JSON.stringify(shown);
    probe.see('message', text);
    probe.expect(text.length <= 4096 + 300 * (end - start), 'a message is out of proportion to its octets');
    if ('error' in shown) {
      const { offset, code } = shown.error;
      probe.expect(offset >= 0 && offset <= end - start, `an error at ${offset} of ${end - start} octets`);
      probe.expect(/^\d+\/\d+$/.test(code), `an error code ${code}`);
    }
  },
};
