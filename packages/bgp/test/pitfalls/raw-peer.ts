import type { Capability } from '../../src/capabilities/capability.js';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { acceptAll } from '../../src/policy/defaults.js';
import type { PeerConfig, SpeakerConfig } from '../../src/speaker/settings/config.js';
import { ScriptedPeer } from '../../src/testing/index.js';
import { Lab, type LabSpeaker } from '../speaker/lab.js';

const OURS = '192.0.2.1';
export const RAW_PEER = '192.0.2.2';
export const OUR_AS = 65_000;

/** A whole message around a body. */
export function message(type: number, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(19 + body.length).fill(0xff, 0, 16);
  whole.set([whole.length >>> 8, whole.length & 0xff, type], 16);
  whole.set(body, 19);
  return whole;
}

/** A speaker in a lab, and a peer of it that a test writes the octets of. */
export class RawPeerLab {
  readonly lab = new Lab();
  readonly at: LabSpeaker;
  readonly as: number;
  readonly capabilities: readonly Capability[];
  peer: ScriptedPeer | null = null;

  constructor(
    as: number,
    config: Partial<PeerConfig> = {},
    more: { readonly capabilities?: readonly Capability[]; readonly speaker?: Partial<SpeakerConfig> } = {},
  ) {
    this.as = as;
    this.capabilities = more.capabilities ?? [
      { name: 'multiprotocol', family: IPV4_UNICAST },
      { name: 'multiprotocol', family: IPV6_UNICAST },
      { name: 'route-refresh' },
    ];
    this.at = this.lab.speaker(1, OUR_AS, more.speaker);
    this.at.speaker.addPeer({
      address: RAW_PEER,
      remoteAs: as,
      passive: true,
      holdTime: 0,
      idleHoldTime: 0.01,
      families: ['ipv4-unicast', 'ipv6-unicast'],
      importPolicy: acceptAll,
      exportPolicy: acceptAll,
      ...config,
    });
    this.lab.network.host(RAW_PEER);
  }

  get state(): string | undefined {
    return this.at.speaker.peer(RAW_PEER)?.state;
  }

  async start(): Promise<this> {
    await this.lab.start(this.at);
    return this;
  }

  /** A connection of the peer, that has said nothing yet. */
  async dial(): Promise<ScriptedPeer> {
    const host = this.lab.network.hostAt(RAW_PEER)!;
    const dial = host.connect({ address: OURS, port: 179 }, new AbortController().signal);
    await this.lab.clock.runFor(20);
    const { as, capabilities } = this;
    return new ScriptedPeer(await dial, { as, routerId: 0xc0000202, holdTime: 0, capabilities });
  }

  /** Up to Established; waits where the speaker still holds the peer back. */
  async up(): Promise<ScriptedPeer> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const peer = await this.dial();
      peer.sendOpen();
      peer.send(KEEPALIVE);
      await this.lab.clock.runFor(20);
      if (this.state === 'established') {
        this.peer = peer;
        return peer;
      }
      peer.transport.destroy();
      await this.lab.clock.runFor(1_000);
    }
    throw new Error(`not up: ${this.state}`);
  }

  /** Sends octets and lets them have their effect. */
  async say(...messages: readonly Uint8Array[]): Promise<void> {
    this.peer!.send(...messages);
    await this.lab.clock.runFor(50);
  }

  has(prefix: string): boolean {
    return this.at.speaker.rib({ prefix }).routes.length > 0;
  }
}
