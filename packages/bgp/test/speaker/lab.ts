import { acceptAll } from '../../src/policy/defaults.js';
import type { Log, LogLevel } from '../../src/ports/log.js';
import type { SocketFactory, SocketFeature } from '../../src/ports/transport.js';
import { changedRoutes } from '../../src/speaker/feeds/changed-routes.js';
import type { PeerConfig, SpeakerConfig, SpeakerPorts } from '../../src/speaker/settings/config.js';
import { BgpSpeaker } from '../../src/speaker/speaker.js';
import type { PathStatus, PeerStatus } from '../../src/speaker/views/status.js';
import type { FakeHost } from '../../src/testing/fake-network.js';
import { FakeClock, FakeNetwork, seededRandom } from '../../src/testing/index.js';

/** One line of a log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A speaker in a lab, with what it did. */
export interface LabSpeaker {
  readonly speaker: BgpSpeaker;
  readonly address: string;
  readonly as: number;
  readonly lines: LogLine[];
  /** `peer:down 192.0.2.2 …`, in order. */
  readonly events: string[];
}

/** Speakers on one segment, in memory, under a virtual clock. */
export class Lab {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork(this.clock, { delay: 1 });
  readonly #hosts = new Map<number, FakeHost>();

  /** Host `192.0.2.N` (and `2001:db8::N`) with a speaker that listens on port 179. */
  speaker(
    number: number,
    as: number,
    more: Partial<SpeakerConfig> & {
      readonly features?: readonly SocketFeature[];
      readonly hasLocalAddresses?: boolean;
      /** More than the two that every host has. */
      readonly addresses?: readonly string[];
      /** On the host that an earlier speaker of this number was on. */
      readonly isNextLife?: boolean;
    } = {},
    ports: Pick<SpeakerPorts, 'discovery' | 'originValidator' | 'nextHopTracker'> = {},
  ): LabSpeaker {
    const address = `192.0.2.${number}`;
    const { features, hasLocalAddresses = true, isNextLife = false, addresses = [], ...config } = more;
    const known = isNextLife ? this.#hosts.get(number) : undefined;
    const host = known ?? this.network.host(address, `2001:db8::${number}`, ...addresses);
    this.#hosts.set(number, host);
    const lines: LogLine[] = [];
    const log: Log = { log: (level, event, fields) => void lines.push({ level, event, fields }) };
    const sockets: SocketFactory =
      features === undefined
        ? host
        : {
            features: new Set(features),
            connect: (target, signal) => host.connect(target, signal),
            listen: (target, accept) => host.listen(target, accept),
          };
    const speaker = new BgpSpeaker(
      { localAs: as, routerId: address, listen: [{ port: 179 }], ...config },
      {
        sockets,
        clock: this.clock,
        random: seededRandom(number),
        log,
        ...ports,
        ...(hasLocalAddresses && { localAddresses: () => host.addresses }),
      },
    );
    const events: string[] = [];
    speaker.on('peer:established', (peer) => events.push(`established ${peer.address}`));
    speaker.on('peer:down', (peer, error) => events.push(`down ${peer.address} ${error.code}`));
    speaker.on('peer:refused', (peer) => events.push(`refused ${peer.address}`));
    speaker.on('peer:end-of-rib', (peer, family) => events.push(`end-of-rib ${peer.address} ${family}`));
    return { speaker, address, as, lines, events };
  }

  /** The host `192.0.2.N`, for one that is no speaker of ours. */
  hostOf(number: number): FakeHost {
    const host = this.#hosts.get(number) ?? this.network.host(`192.0.2.${number}`, `2001:db8::${number}`);
    this.#hosts.set(number, host);
    return host;
  }

  /** Configures each speaker on the other, with policies that accept everything. */
  join(left: LabSpeaker, right: LabSpeaker, both: Partial<PeerConfig> = {}): void {
    left.speaker.addPeer(peerOf(right, both));
    right.speaker.addPeer(peerOf(left, both));
  }

  async start(...speakers: readonly LabSpeaker[]): Promise<void> {
    await Promise.all(speakers.map(({ speaker }) => speaker.start()));
    await this.clock.settle();
  }

  /** Lets virtual time pass until it is so, 30 s at most. */
  until(condition: () => boolean, milliseconds = 30_000): Promise<boolean> {
    return this.clock.runUntil(condition, milliseconds);
  }

  /** Until each speaker has all of its sessions. */
  up(...speakers: readonly LabSpeaker[]): Promise<boolean> {
    return this.until(() =>
      speakers.every(({ speaker }) => speaker.peers().every((peer) => peer.state === 'established')),
    );
  }
}

export function peerOf(other: LabSpeaker, more: Partial<PeerConfig> = {}): PeerConfig {
  const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };
  return { address: other.address, remoteAs: other.as, ...policies, ...more };
}

export function statusOf(from: LabSpeaker, of: LabSpeaker): PeerStatus {
  const status = from.speaker.peer(of.address);
  if (status === undefined) throw new Error(`${of.address} is no peer of ${from.address}`);
  return status;
}

/** The best path of a prefix, undefined without one. */
export function best(at: LabSpeaker, prefix: string): PathStatus | undefined {
  return at.speaker.rib({ prefix }).routes[0]?.paths.find((path) => path.best);
}

/** Prefixes of a page, in its order. */
export function prefixes(page: {
  readonly routes: readonly { readonly prefix: string }[];
}): readonly string[] {
  return page.routes.map((route) => route.prefix);
}

/** A sink that keeps the table as text, and what it was told. */
export class TextSink {
  readonly table = new Map<string, string>();
  readonly synced: string[] = [];
  batches = 0;

  routes(changes: Parameters<typeof changedRoutes>[0]): void {
    this.batches++;
    for (const { prefix, nextHops, local } of changedRoutes(changes)) {
      if (nextHops.length === 0) this.table.delete(prefix);
      else this.table.set(prefix, local ? 'local' : nextHops.join(' '));
    }
  }

  inSync(family: { readonly name: string }): void {
    this.synced.push(family.name);
  }
}
