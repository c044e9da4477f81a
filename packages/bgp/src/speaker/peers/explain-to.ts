import type { Pipeline } from '../pipeline/pipeline.js';
import type { RouteRef } from '../settings/config.js';
import type { RouteExplanation } from '../views/explanation.js';
import type { Peer } from './peer.js';

/** Explains a destination; with a peer also what that one is sent, or that it has no session. */
export function explainTo(
  pipeline: Pipeline,
  route: RouteRef,
  peer: Peer | null,
): RouteExplanation | undefined {
  const found = pipeline.explain(route, peer?.index ?? null);
  if (found === undefined || peer === null || peer.index !== null) return found;
  const { address } = peer.settings;
  const reason = `no session: the peer is ${peer.state}`;
  return { ...found, export: { peer: address, advertised: false, reason, paths: [] } };
}
