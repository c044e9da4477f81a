import type { Scenario } from '../peers/scenario.js';
import type { World } from '../peers/world.js';

export interface SessionsOrder {
  readonly scenario: Scenario;
  readonly world: World;
}

export type SessionsMessage =
  | { readonly event: 'up'; readonly sessions: number }
  /** All was sent, and nothing came for a while. */
  | { readonly event: 'quiet'; readonly octets: number }
  | { readonly event: 'failed'; readonly reason: string };
