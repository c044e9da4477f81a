import type { BgpRole } from '../../capabilities/capability.js';
import type { LocalAs } from './config.js';

/** Of how many paths of a prefix are sent (RFC 7911): every one that may go there. */
export const ALL_PATHS = 0xffff;

/** Settings of a peer about AS paths and next hops, checked and with their defaults. */
export interface PathOptions {
  readonly localAs: Required<LocalAs> | undefined;
  readonly role: BgpRole | undefined;
  readonly strictRole: boolean;
  readonly allowOwnAs: number;
  readonly refuseAsSets: boolean;
  readonly asOverride: boolean;
  readonly removePrivateAs: 'all' | 'replace' | undefined;
  readonly nextHopUnchanged: boolean;
}
