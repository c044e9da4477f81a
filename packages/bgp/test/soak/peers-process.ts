// The process of all peers of a soak: started by `soak.ts`, which hands the plan over as its argument.

import { GarbagePeer } from './garbage-peer.js';
import { FlappingPeer, LightPeer, MutePeer } from './light-peer.js';
import { tableOf } from './peer-messages.js';
import { type PeerRole, roleOf, type SoakPlan } from './peer-plan.js';

/** What the peers tell the soak, each second. */
export interface PeersReport {
  readonly up: number;
  readonly flaps: number;
  readonly garbageBytes: number;
  readonly notifications: Readonly<Record<string, readonly string[]>>;
}

const CLASSES: Readonly<Record<PeerRole, typeof LightPeer>> = {
  steady: LightPeer,
  mute: MutePeer,
  garbage: GarbagePeer,
  flapping: FlappingPeer,
};

const plan = JSON.parse(process.argv[2] ?? '') as SoakPlan;
const peers = Array.from(
  { length: plan.peers },
  (_, index) => new CLASSES[roleOf(index)](plan, index, tableOf(plan, index)),
);

// Not all at once: a listener has a queue.
for (const [index, peer] of peers.entries()) setTimeout(() => peer.dial(), 20 * index);
setInterval(() => {
  const now = performance.now();
  for (const peer of peers) peer.tick(now);
}, 100);
setInterval(() => {
  const garbage = peers.find((peer) => peer instanceof GarbagePeer);
  const notifications = Object.fromEntries(
    (['steady', 'mute', 'flapping'] as const).map((role) => [
      role,
      peers.filter(({ index }) => roleOf(index) === role).flatMap((peer) => peer.notifications),
    ]),
  );
  const report: PeersReport = {
    up: peers.filter(({ isUp }) => isUp).length,
    flaps: peers.find((peer) => peer instanceof FlappingPeer)?.sessions ?? 0,
    garbageBytes: garbage?.bytesWritten ?? 0,
    notifications,
  };
  process.send?.(report);
}, 1000);
process.on('disconnect', () => process.exit(0));
