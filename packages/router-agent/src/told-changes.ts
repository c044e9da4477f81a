import type { BgpSpeaker } from '@peerage/bgp';
import type { ChangedPeer } from './drivers/peer-driver.js';
import type { Log } from './observe/log.js';

/** Says what a speaker that has begun is. */
export function tellStart(speaker: BgpSpeaker, log: Log): void {
  const { routerId, localAs, listening } = speaker.status();
  const at = listening.map(({ address, port }) => `${address} port ${port}`).join(', ');
  log.log('info', 'speaker.started', {
    routerId,
    localAs,
    listening,
    message: `the BGP speaker runs as AS ${localAs}, router id ${routerId}; it listens on ${at || 'nothing'}`,
  });
}

/** Says what became of the session of a peer whose configuration changed. */
export function tellChange({ address, description, fields, isReset }: ChangedPeer, log: Log): void {
  const what = `peer ${address} (${description}): ${fields.join(', ')} changed`;
  const message = isReset
    ? `${what}; its session had agreed on that, and begins anew`
    : `${what}; its session stays`;
  log.log('info', 'peer.changed', { peer: address, fields, reset: isReset, message });
}
