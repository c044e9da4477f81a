import type { Defined, groupSchema } from '@peerage/control/settings';
import type * as z from 'zod';
import type { FileLeaf } from './yaml-places.js';

type Group = z.output<typeof groupSchema>;

/** What the file may say of a session; names, units and defaults are those of the library's `PeerConfig`. Files are read. */
export type SessionSettings = Omit<
  Defined<Group>,
  | 'remoteAs'
  | 'group'
  | 'families'
  | 'nextHop'
  | 'passwordFile'
  | 'authentication'
  | 'importPolicy'
  | 'exportPolicy'
  | 'defaultOriginate'
  | 'flowspecValidation'
  | 'maxPrefixes'
  | 'addPath'
  | 'gracefulRestart'
> & {
  readonly addPath?: { readonly receive?: boolean; readonly send?: 'all' | number };
  readonly gracefulRestart?: {
    readonly restartTime?: number;
    readonly stalePathTime?: number;
    readonly notification?: boolean;
    readonly longLived?: { readonly [family in 'ipv4-unicast' | 'ipv6-unicast']?: number };
  };
  readonly families?: readonly ('ipv4-unicast' | 'ipv6-unicast')[];
  readonly nextHop?: { readonly [family in 'ipv4-unicast' | 'ipv6-unicast']?: string };
  readonly maxPrefixes?: {
    readonly [family in 'ipv4-unicast' | 'ipv6-unicast']?:
      | number
      | {
          readonly limit: number;
          readonly warnPercent?: number;
          readonly action?: 'tear-down' | 'warn';
          readonly restartTime?: number;
        };
  };
  /** Never shown. */
  readonly password?: string;
  readonly authentication?: { readonly tcpAo: { readonly keys: readonly AuthenticationKey[] } };
  readonly defaultOriginate?: boolean;
};

/** A key of TCP-AO (RFC 5925); its secret is never shown. */
export interface AuthenticationKey {
  readonly sendId: number;
  readonly receiveId: number;
  readonly algorithm?: 'hmac-sha-1-96' | 'aes-128-cmac-96' | 'hmac-sha-256-128';
  readonly secret: string;
  readonly macLength?: number;
  readonly coversOptions?: boolean;
}

/** Settings of sessions, and the policies of the file that they have beside the agent's own. */
export interface SessionConfig {
  readonly settings: SessionSettings;
  readonly importPolicy?: string;
  readonly exportPolicy?: string;
}

/** Which nodes something is for; absent: all. */
export interface NodeSelector {
  /** Names of nodes. */
  readonly nodes?: readonly string[];
  /** Labels that the node has, all of them. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
}

/** An external router that the file names; groups are resolved. */
export interface FileNeighbor extends SessionConfig {
  readonly address: string;
  readonly remoteAs: number | 'internal' | 'external';
  readonly for: NodeSelector;
  /** `/etc/peerage/agent.yaml:12`. */
  readonly place: string;
}

/** Attributes of what this node originates, as text in the forms of policies. */
export interface OriginatedAttributes {
  readonly med?: number;
  readonly localPref?: number;
  readonly communities?: readonly string[];
  readonly largeCommunities?: readonly string[];
  readonly extendedCommunities?: readonly string[];
  /** How often our AS is put in front of the path once more, towards external peers. */
  readonly prepend?: number;
}

/** Prefixes that the node announces because the file says so. */
export interface FileAnnouncement {
  readonly prefixes: readonly string[];
  readonly nextHop?: string;
  readonly attributes: OriginatedAttributes;
  /** The other nodes get them too, not only external peers. */
  readonly mesh: boolean;
  readonly for: NodeSelector;
  readonly place: string;
}

/** A route that is announced while more specific ones are there. */
export interface FileAggregate {
  readonly prefix: string;
  readonly asSet: boolean;
  /** The more specific ones are not announced. */
  readonly summaryOnly: boolean;
  readonly discard: boolean;
  /** Name of a policy of the file. */
  readonly contributors?: string;
  readonly attributes: OriginatedAttributes;
  readonly mesh: boolean;
  readonly for: NodeSelector;
  readonly place: string;
}

/** The policies of the file, checked; the driver compiles them. */
export interface FilePolicies {
  readonly policies: Readonly<Record<string, unknown>>;
  readonly sets: Readonly<Record<string, unknown>>;
}

/** What `--config` says beside flags. */
export interface FileConfig {
  /** Null without a file. */
  readonly path: string | null;
  /** Every session with another node. */
  readonly mesh: SessionConfig;
  /** Every external peer, wherever it is named; what the peer itself has comes first. */
  readonly external: SessionConfig;
  readonly neighbors: readonly FileNeighbor[];
  readonly policies: FilePolicies;
  readonly announcements: readonly FileAnnouncement[];
  readonly aggregates: readonly FileAggregate[];
  /** Each value as it stands there, to be shown. There are no secrets in it, but names of files that hold some. */
  readonly leaves: readonly FileLeaf[];
}

/** Of an agent without a file. */
export const emptyFileConfig: FileConfig = Object.freeze({
  path: null,
  mesh: { settings: {} },
  external: { settings: {} },
  neighbors: [],
  policies: { policies: {}, sets: {} },
  announcements: [],
  aggregates: [],
  leaves: [],
});
