import type { Finding } from './finding.js';
import { resolveImport, type SourceTree } from './source-tree.js';

/** For each node, the nodes that it points to. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The knots of a graph: sets of two or more nodes in which each reaches each, each as one way around.
 * Tarjan's algorithm for the sets, then the shortest way from the first node back to itself.
 */
export function cyclesOf(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const knots: string[][] = [];

  const visit = (node: string) => {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    stack.push(node);
    onStack.add(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (onStack.has(next)) low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(node) !== index.get(node)) return;
    const knot = stack.splice(stack.indexOf(node));
    for (const member of knot) onStack.delete(member);
    if (knot.length > 1) knots.push(wayAround(graph, new Set(knot)));
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return knots;
}

function wayAround(graph: Graph, knot: ReadonlySet<string>): string[] {
  const start = [...knot].sort()[0] ?? '';
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return way;
      if (!knot.has(next) || seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return [...knot];
}

/** The folder below `src` that a file stands in; a file at the top of `src` stands for itself. */
function folderOf(path: string): string {
  const [, top = path] = /^(.+?\/src\/[^/]+)/.exec(path) ?? [];
  return top;
}

/** The folder that a file stands in, however deep. */
function innerFolderOf(path: string): string {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return folder.endsWith('/src') ? path : folder;
}

function graphBy(tree: SourceTree, nodeOf: (path: string) => string): Graph {
  const graph = new Map<string, Set<string>>();
  for (const file of tree.files.filter(({ path }) => path.includes('/src/'))) {
    const node = nodeOf(file.path);
    const targets = graph.get(node) ?? new Set();
    for (const { specifier } of file.imports) {
      const target = resolveImport(tree, file.path, specifier);
      if (target !== undefined && nodeOf(target) !== node) targets.add(nodeOf(target));
    }
    graph.set(node, targets);
  }
  return graph;
}

/**
 * Finds cycles of imports between files, between folders below `src` with all that is in them, and between the folders that
 * files stand in; type-only imports count.
 */
export function findCycles(tree: SourceTree): Finding[] {
  const ways = [(path: string) => path, folderOf, innerFolderOf].flatMap((nodeOf) =>
    cyclesOf(graphBy(tree, nodeOf)).map((way) => [...way, way[0]].join(' → ')),
  );
  return [...new Set(ways)].map((way) => ({
    place: way.split(' ')[0] ?? '',
    text: `imports go in a circle: ${way}`,
  }));
}
