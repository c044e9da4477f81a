type UnicastFamily = 'ipv4-unicast' | 'ipv6-unicast';

/** The most prefixes that a peer may send of a family. */
export interface PrefixLimit {
  readonly limit: number;
  readonly warnPercent?: number;
  readonly action?: 'tear-down' | 'warn';
  /** Seconds. */
  readonly restartTime?: number;
}

/** A key of TCP-AO (RFC 5925). */
export interface AuthenticationKey {
  readonly sendId: number;
  readonly receiveId: number;
  readonly algorithm?: 'hmac-sha-1-96' | 'aes-128-cmac-96' | 'hmac-sha-256-128';
  readonly secret: string;
  readonly macLength?: number;
  readonly coversOptions?: boolean;
}

/** Settings of a session that pass through to the speaker; names, units and defaults are those of its `PeerConfig`. */
export interface PeerSettings {
  readonly localPort?: number;
  readonly routerId?: string;
  readonly passive?: boolean;
  readonly shutdown?: boolean;
  readonly keepaliveTime?: number;
  readonly sendHoldTime?: number;
  readonly connectRetryTime?: number;
  readonly idleHoldTime?: number;
  readonly delayOpenTime?: number;
  readonly keepReceived?: boolean;
  readonly advertisementInterval?: number;
  readonly limits?: { readonly inputBytes?: number; readonly outboxBytes?: number };
  readonly localAs?:
    | number
    | { readonly as: number; readonly noPrepend?: boolean; readonly replaceAs?: boolean };
  readonly role?: 'provider' | 'customer' | 'peer' | 'route-server' | 'route-server-client';
  readonly strictRole?: boolean;
  readonly allowOwnAs?: number;
  readonly refuseAsSets?: boolean;
  readonly asOverride?: boolean;
  readonly removePrivateAs?: 'all' | 'replace';
  readonly nextHopUnchanged?: boolean;
  readonly maxPrefixes?: { readonly [family in UnicastFamily]?: number | PrefixLimit };
  readonly extendedNextHop?: boolean;
  readonly linkLocalNextHop?: boolean;
  readonly linkLocalForm?: 'single' | 'double' | 'unspecified';
  readonly nextHopSelf?: boolean;
  readonly aigp?: boolean;
  readonly routeReflectorClient?: boolean;
  readonly routeServerClient?: boolean;
  readonly addPath?: { readonly receive?: boolean; readonly send?: 'all' | number };
  readonly refreshStaleTime?: number;
  readonly sendLongLivedStale?: boolean;
  readonly gracefulRestart?: {
    readonly restartTime?: number;
    readonly stalePathTime?: number;
    readonly notification?: boolean;
    readonly longLived?: { readonly [family in UnicastFamily]?: number };
  };
  readonly authentication?: { readonly tcpAo: { readonly keys: readonly AuthenticationKey[] } };
  readonly ttlSecurityHops?: number;
  readonly device?: string;
  readonly unsuppress?: boolean;
  readonly defaultOriginate?: boolean;
}
