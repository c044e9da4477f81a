import { freePort, type Teardown } from '@peerage/test-fixtures';
import { BgpSpeaker } from '../../src/index.js';
import { nodePorts } from '../../src/node/index.js';
import { acceptAll } from '../../src/policy/defaults.js';
import type { PeerConfig } from '../../src/speaker/settings/config.js';
import type { PathStatus, PeerStatus } from '../../src/speaker/views/status.js';
import { type Implementation, originated, type RestartSetup, type Subject } from './subject.js';

/** Restarts take seconds by themselves. */
export const patient = { timeout: 40_000 };

/** Several lives of one of our speakers beside one daemon. */
export class Pair {
  readonly us: { readonly address: string; readonly port: number; readonly as: number };
  readonly them: {
    readonly address: string;
    readonly port: number;
    readonly as: number;
    readonly routerId: string;
  };

  private constructor(us: Pair['us'], them: Pair['them']) {
    this.us = us;
    this.them = them;
  }

  static async at(host: number): Promise<Pair> {
    const [ours, theirs] = [`127.0.6.${host}`, `127.0.6.${host + 1}`];
    const us = { address: ours, port: await freePort(ours), as: 64_512 };
    const them = { address: theirs, port: await freePort(theirs), as: 64_513, routerId: '198.51.100.2' };
    return new Pair(us, them);
  }

  async life(
    t: Teardown,
    prefixes: readonly string[],
    isRestart: boolean,
    gracefulRestart: PeerConfig['gracefulRestart'] = { restartTime: 60 },
  ): Promise<Life> {
    const speaker = new BgpSpeaker(
      {
        localAs: this.us.as,
        routerId: '203.0.113.1',
        listen: [{ address: this.us.address, port: this.us.port }],
        ...(isRestart && { restarting: { forwarded: ['ipv4-unicast'], deferralTime: 30 } }),
      },
      nodePorts(),
    );
    t.teardown(() => speaker.close());
    speaker.addPeer({
      address: this.them.address,
      remoteAs: this.them.as,
      port: this.them.port,
      localAddress: this.us.address,
      families: ['ipv4-unicast'],
      connectRetryTime: 1,
      idleHoldTime: 0.5,
      nextHop: { 'ipv4-unicast': '192.0.2.70' },
      importPolicy: acceptAll,
      exportPolicy: acceptAll,
      gracefulRestart,
    });
    speaker.announce({ prefixes });
    await speaker.start();
    return new Life(speaker, this.them.address);
  }

  daemon(t: Teardown, implementation: Implementation, gracefulRestart: RestartSetup): Promise<Subject> {
    const setup = { daemon: this.them, speaker: this.us, expectedAs: this.us.as, passive: false };
    return implementation.start(t, { ...setup, gracefulRestart });
  }
}

export class Life {
  readonly speaker: BgpSpeaker;
  /** Prefixes that the table lost, as a route sink was told. */
  readonly withdrawn: string[] = [];
  readonly #address: string;

  constructor(speaker: BgpSpeaker, address: string) {
    this.speaker = speaker;
    this.#address = address;
    void this.#watch();
  }

  get status(): PeerStatus {
    return this.speaker.peer(this.#address)!;
  }

  get isUp(): boolean {
    return this.status.state === 'established';
  }

  /** The path that the daemon told us of what it originates. */
  get theirs(): PathStatus | undefined {
    return this.speaker.rib({ prefix: originated.ipv4 }).routes[0]?.paths[0];
  }

  async #watch(): Promise<void> {
    for await (const event of this.speaker.changes()) {
      if (event.kind !== 'routes') continue;
      for (const { prefix, nextHops } of event.routes) if (nextHops.length === 0) this.withdrawn.push(prefix);
    }
  }
}
