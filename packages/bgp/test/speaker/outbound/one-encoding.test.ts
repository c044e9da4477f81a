import t from 'tap';
import { UpdatePacker } from '../../../src/message/update-packer.js';
import { policyFunction } from '../../../src/policy/compile.js';
import type { PolicyResult } from '../../../src/policy/policy.js';
import { quietPeer } from '../pipeline/quiet-peers.js';
import { tableOf, type UpdateStream, withdrawalOf } from '../pipeline/table-stream.js';
import { pipeline, settle } from '../pipeline-fixture.js';

/** Octets that were packed, whoever they were for. */
let packed = 0;
for (const name of ['announce', 'withdraw', 'endOfRib'] as const) {
  const pack = UpdatePacker.prototype[name] as (...args: unknown[]) => number;
  Object.assign(UpdatePacker.prototype, {
    [name](this: UpdatePacker, ...args: unknown[]): number {
      const out = args[0] as { readonly length: number };
      const before = out.length;
      const messages = pack.apply(this, args);
      packed += out.length - before;
      return messages;
    },
  });
}

const ROUTES = 2000;
const few = (random: () => number): number => 1 + Math.floor(random() * 13);
const streams = [tableOf(ROUTES, few, 1), tableOf(ROUTES, few, 2), withdrawalOf(ROUTES)];
const again = tableOf(ROUTES, few, 3);

/** A table comes, changes, goes and comes again; members are there from the start, and as many come in the end. */
function run(members: number) {
  const p = pipeline();
  let asked = 0;
  const count = (): PolicyResult => {
    asked++;
    return { action: 'accept', statement: 'all', edits: { med: 7 } };
  };
  // One that reads the peer would be asked for each.
  const policy = policyFunction('counted', count, { reads: ['prefix'] });
  const blocks: Uint8Array[][] = [];
  const open = (number: number): void => {
    const own: Uint8Array[] = [];
    blocks.push(own);
    const send = (block: Uint8Array): boolean => own.push(block) > 0;
    p.openPeer(quietPeer(number, { exportPolicy: policy, outbox: { send } }));
  };
  const from = p.openPeer(quietPeer(0));
  const feed = ({ bytes, starts, ends }: UpdateStream): void => {
    for (let i = 0; i < starts.length; i++) p.receive(from, bytes, starts[i]!, ends[i]!);
    settle(p);
  };
  for (let i = 1; i <= members; i++) open(i);
  settle(p);
  packed = 0;
  for (const own of blocks) own.length = 0;
  for (const stream of [...streams, again]) feed(stream);
  const inStream = { packed, asked };
  const shared = new Set(blocks.flat());
  for (let i = 1; i <= members; i++) open(members + i);
  settle(p);
  return { ...inStream, walked: packed - inStream.packed, askedWalking: asked, blocks, shared: shared.size };
}

const alone = run(1);
for (const members of [10, 100]) {
  t.test(`a table is packed once for ${members} members as it is for one`, async (t) => {
    const many = run(members);
    t.ok(alone.packed > 10 * ROUTES, `${alone.packed} octets`);
    t.equal(many.packed, alone.packed, 'octets packed');
    t.equal(many.asked, alone.asked, 'answers of the policy');
    t.equal(many.shared, alone.shared, 'blocks, each the same object for all');
    t.ok(many.blocks.slice(0, members).every((own) => own.length === many.blocks[0]!.length));
  });

  t.test(`${members} members that come together walk the table together`, async (t) => {
    const many = run(members);
    // End-of-RIB is of each one.
    const endsOfRib = 23 * (members - 1);
    t.equal(many.walked - endsOfRib, alone.walked, 'octets packed');
    t.equal(many.askedWalking, alone.askedWalking, 'answers of the policy');
  });
}
