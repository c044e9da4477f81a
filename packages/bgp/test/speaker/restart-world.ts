import type { Capability } from '../../src/capabilities/capability.js';
import { IPV4_UNICAST } from '../../src/net/family.js';
import type { PeerConfig } from '../../src/speaker/settings/config.js';
import { FarRouter } from '../pitfalls/far-router.js';
import { Lab, type LabSpeaker, peerOf, prefixes } from './lab.js';

/** The speaker, and a scripted router that told it two routes. */
export async function world(
  nBits: { readonly ours: boolean; readonly theirs: boolean },
  more: Partial<PeerConfig> = {},
) {
  const lab = new Lab();
  const us = lab.speaker(1, 64_512);
  const far = { address: '192.0.2.2', as: 64_513 } as LabSpeaker;
  const gracefulRestart = { restartTime: 60, notification: nBits.ours };
  us.speaker.addPeer(peerOf(far, { passive: true, idleHoldTime: 1, holdTime: 9, gracefulRestart, ...more }));
  await lab.start(us);
  const capabilities: readonly Capability[] = [
    {
      name: 'graceful-restart',
      restartTime: 60,
      restarted: false,
      notification: nBits.theirs,
      families: [{ family: IPV4_UNICAST, forwarding: true }],
    },
  ];
  const router = await FarRouter.dial(lab, us, capabilities);
  await router.announce(1, 2);
  await router.endOfRib();
  router.heard();
  const left = (): number => prefixes(us.speaker.rib()).length;
  return { lab, us, router, left };
}
