import type { Daemon, DaemonName, Need, Teardown } from '@peerage/test-fixtures';

/** One end of a session in these tests. */
export interface End {
  readonly address: string;
  readonly port: number;
  readonly as: number;
}

export interface Setup {
  readonly daemon: End & { readonly routerId: string };
  readonly speaker: End;
  /** The AS that the daemon expects of the speaker; another than its own for the test of a wrong AS. */
  readonly expectedAs: number;
  /** The daemon never dials. */
  readonly passive: boolean;
  readonly gracefulRestart?: RestartSetup;
}

/** Graceful restart, as a daemon is to do it for IPv4 unicast. */
export interface RestartSetup {
  /** Seconds that it asks for. */
  readonly restartTime: number;
  /** Seconds of its long-lived stale time. */
  readonly longLived?: number;
  /** RFC 8538 */
  readonly notification?: boolean;
  /** This start is a restart: R and F bit. */
  readonly isRestart?: boolean;
}

/** A route as a daemon learned it. */
export interface LearnedRoute {
  readonly asPath: readonly number[];
  readonly nextHop: string;
  readonly med?: number;
  /** On internal sessions. */
  readonly localPref?: number;
  /** `64512:1`, sorted. */
  readonly communities: readonly string[];
  readonly largeCommunities: readonly string[];
}

/** A daemon under test, asked in its own words. */
export interface Subject extends Daemon {
  isEstablished(): Promise<boolean>;
  /** What it learned for this prefix, undefined when it has none. */
  route(prefix: string): Promise<LearnedRoute | undefined>;
  /** Ends one of the prefixes that it originates (`originated`). */
  withdraw(prefix: string): Promise<void>;
  /** Whether it got our NOTIFICATION 2/2 (Bad Peer AS), by its log where that tells. */
  heardBadPeerAs(): Promise<boolean>;
}

/** How a daemon is brought up: one file for each. */
export interface Implementation {
  readonly name: DaemonName;
  readonly needs: readonly Need[];
  /** Loopback address of its own, so that the files may run side by side. */
  readonly address: string;
  /** It logs the text of a Cease (RFC 9003). */
  readonly logsText: boolean;
  start(t: Teardown, setup: Setup): Promise<Subject>;
}

/** What every daemon originates, with equal attributes: MED 77 and these communities. */
export const originated = {
  ipv4: '198.51.100.0/24',
  ipv6: '2001:db8:5100::/48',
  med: 77,
  community: '64513:100',
  largeCommunity: '64513:1:2',
} as const;
