import { IPV4_UNICAST } from '../../../src/net/family.js';
import type { PipelinePeer } from '../../../src/speaker/members/pipeline-peer.js';
import { LOCAL_AS } from '../pipeline-fixture.js';

/** What a far end was sent, counted: nothing is looked at, and nothing allocated. */
export class CountingOutbox {
  blocks = 0;
  messages = 0;
  octets = 0;

  send(block: Uint8Array, messages: number): boolean {
    this.blocks++;
    this.messages += messages;
    this.octets += block.length;
    return true;
  }
}

/** An external peer with IPv4 unicast, the far end of which only counts. */
export function quietPeer(number: number, change: Partial<PipelinePeer> = {}): PipelinePeer {
  const as = 64_600 + number;
  return {
    address: `192.0.2.${number + 1}`,
    as,
    type: 'external',
    localAs: LOCAL_AS,
    routerId: number + 1,
    context: {
      as4: true,
      type: 'external',
      localAs: LOCAL_AS,
      peerAs: as,
      maxMessage: 4096,
      receives: (family) => family === IPV4_UNICAST,
      addPath: () => false,
    },
    families: [IPV4_UNICAST],
    nextHops: new Map([[IPV4_UNICAST.key, Uint8Array.of(192, 0, 2, 254)]]),
    nextHopSelf: false,
    as4: true,
    maxMessage: 4096,
    importPolicy: null,
    exportPolicy: null,
    requirePolicy: false,
    outbox: new CountingOutbox(),
    ...change,
  };
}
