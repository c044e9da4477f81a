import type { Config } from '../config/config.js';

/**
 * Our AS: with the full mesh that of `--cluster-asn`; without it that of the node's annotation, and of the flag only where the
 * annotation is missing and the flag was given. Null when neither says one.
 */
export function ownAs(
  config: Pick<Config, 'nodesFullMesh' | 'clusterAsn' | 'origins'>,
  annotated: number | null,
): number | null {
  if (config.nodesFullMesh) return config.clusterAsn;
  return annotated ?? (config.origins['cluster-asn'] === undefined ? null : config.clusterAsn);
}
