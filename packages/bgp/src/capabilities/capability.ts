import type { Family } from '../net/family.js';

/** What one family of GRACEFUL RESTART says (RFC 4724 §3). */
export interface GracefulRestartFamily {
  readonly family: Family;
  /** The forwarding state was kept over the restart (F bit). */
  readonly forwarding: boolean;
}

export interface LongLivedFamily extends GracefulRestartFamily {
  /** Seconds, 0 … 2^24 − 1. */
  readonly staleTime: number;
}

/** What a speaker does with path identifiers of a family (RFC 7911 §4). */
export type AddPathMode = 'receive' | 'send' | 'both';

/** Local role of RFC 9234 §4.1. */
export type BgpRole = 'provider' | 'route-server' | 'route-server-client' | 'customer' | 'peer';

/** One capability of an OPEN (RFC 5492 §4), by name. Ones without a row are kept by their bytes. */
export type Capability =
  | { readonly name: 'multiprotocol'; readonly family: Family }
  | { readonly name: 'route-refresh' }
  | { readonly name: 'enhanced-route-refresh' }
  | { readonly name: 'extended-message' }
  | {
      readonly name: 'graceful-restart';
      /** Seconds, 0 … 4095. */
      readonly restartTime: number;
      /** R bit: this speaker has just restarted. */
      readonly restarted: boolean;
      /** N bit of RFC 8538. */
      readonly notification: boolean;
      readonly families: readonly GracefulRestartFamily[];
    }
  | { readonly name: 'four-octet-as'; readonly as: number }
  | {
      readonly name: 'add-path';
      readonly families: readonly { readonly family: Family; readonly mode: AddPathMode }[];
    }
  | {
      readonly name: 'extended-next-hop';
      readonly families: readonly { readonly family: Family; readonly nextHopAfi: number }[];
    }
  | { readonly name: 'role'; readonly role: BgpRole }
  | { readonly name: 'fqdn'; readonly host: string; readonly domain: string }
  | { readonly name: 'long-lived-graceful-restart'; readonly families: readonly LongLivedFamily[] }
  | { readonly name: 'software-version'; readonly version: string }
  | { readonly name: 'link-local-next-hop' }
  | { readonly name: 'unknown'; readonly code: number; readonly value: Uint8Array };

/** The capabilities that have a name here; `unknown` for all others. */
export type CapabilityName = Capability['name'];
