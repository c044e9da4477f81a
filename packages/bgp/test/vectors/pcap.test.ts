import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { findCapability } from '../../src/capabilities/negotiate.js';
import { decodeMessage } from '../../src/message/decode-message.js';
import { Framer } from '../../src/message/framer.js';
import { decodeOpen } from '../../src/message/open.js';
import { type Flow, flowsOf } from './pcap.js';
import { expectedDigest, ourDigest } from './pcap-digest.js';
import { readVector } from './read-vector.js';
import { Tally, tableOf } from './tally.js';

/** The messages of a flow, through the framer in pieces of odd size. What is left of it must be nothing. */
function messagesOf(flow: Flow): { messages: Uint8Array[]; rest: number; fault: string | null } {
  const framer = new Framer();
  framer.maxMessage = 65535;
  const messages: Uint8Array[] = [];
  for (let at = 0; at < flow.bytes.length; at += 777) {
    framer.push(flow.bytes.subarray(at, at + 777));
    while (framer.next() === 'message') messages.push(framer.bytes.slice(framer.start, framer.end));
  }
  return { messages, rest: framer.buffered, fault: framer.fault?.message ?? null };
}

/** Those of `digests` that `wanted` has, as often as it has them. */
function amongst(digests: readonly string[], wanted: readonly string[]): string[] {
  const left = [...wanted];
  return digests.filter((digest) => {
    const at = left.indexOf(digest);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

t.test(
  'captures are cut, read and written again as their expected messages say',
  needs('PEERAGE_VECTORS'),
  (t) => {
    const folder = join(process.env.PEERAGE_VECTORS!, 'pcap', 'netgauze');
    const tallies: Tally[] = [];
    for (const file of readdirSync(folder)
      .filter((name) => name.endsWith('.pcap'))
      .sort()) {
      const tally = new Tally(file);
      tallies.push(tally);
      const digests: string[] = [];
      for (const flow of flowsOf(readFileSync(join(folder, file)))) {
        if (flow.toPort !== 179) continue;
        const { messages, fault } = messagesOf(flow);
        if (fault !== null) tally.wrong.push(`${flow.name}: ${fault}`);
        const open = messages[0]?.[18] === 1 ? decodeOpen(messages[0]) : null;
        // The capture has one direction only: what the sender offered is taken as agreed.
        const as2 =
          open?.ok === true && findCapability(open.value.capabilities, 'four-octet-as') === undefined;
        messages.forEach((message, i) => {
          const outcome = readVector(message, { as: 'message', as2 });
          tally.count(outcome, `${flow.name} #${i}`);
          if (outcome.unbuilt) tally.unbuilt++;
          if (!outcome.accepted) tally.wrong.push(`${flow.name} #${i}: ${outcome.detail}`);
          digests.push(ourDigest(decodeMessage(message, { as2 })));
        });
      }
      const expected = readFileSync(join(folder, file.replace(/\.pcap$/, '.bgp.jsonl')), 'utf8')
        .trim()
        .split('\n')
        .map((line) => expectedDigest(JSON.parse(line)));
      // The source follows some of the connections of this capture only: what it expects must be among ours.
      const compared = file.startsWith('multiple-sessions') ? amongst(digests, expected) : digests;
      t.same(compared.sort(), expected.sort(), `${file}: the messages that the source expects`);
      t.same(tally.wrong, [], `${file}: none is wrong`);
      t.same(tally.unexplained, [], `${file}: what differs when written again is explained`);
    }
    for (const line of tableOf(tallies)) t.comment(line);
    t.end();
  },
);
