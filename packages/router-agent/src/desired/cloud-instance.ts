import type { Node } from '../model/cluster.js';

/** The machine of a node in a cloud whose source/destination check can be switched off; null for all other nodes. */
export function ec2Instance(node: Node): string | null {
  // aws:///us-east-1a/i-0123456789abcdef0
  return /^aws:\/\/.*\/(i-[0-9a-f]+)$/.exec(node.providerId ?? '')?.[1] ?? null;
}
