import type { NodeSelector } from '../config/file-config.js';
import type { Node } from '../model/cluster.js';

/** Whether something of the file is for this node: it is named where names are given, and has all labels that are. */
export function isFor({ nodes, nodeLabels }: NodeSelector, node: Pick<Node, 'name' | 'labels'>): boolean {
  if (nodes !== undefined && !nodes.includes(node.name)) return false;
  return Object.entries(nodeLabels ?? {}).every(([name, value]) => node.labels[name] === value);
}
