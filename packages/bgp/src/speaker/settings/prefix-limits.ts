/** How many prefixes of one family a peer may send, with every default filled in. */
export interface PrefixLimit {
  readonly limit: number;
  /** Prefixes from which it is worth a warning. */
  readonly warnFrom: number;
  readonly action: 'tear-down' | 'warn';
  /** Seconds; undefined: the peer stays down until the limit is raised, or it is reset. */
  readonly restartTime: number | undefined;
}

/** By name of the family. */
export type PrefixLimits = Readonly<Record<string, PrefixLimit>>;
