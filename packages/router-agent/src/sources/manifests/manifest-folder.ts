import type { Problem } from '../../model/cluster.js';
import type { ClusterObject } from '../cluster-object.js';
import type { ManifestFile } from './manifest-file.js';

/** What all files of a folder say together. */
export interface ManifestFolder {
  readonly objects: readonly ClusterObject[];
  readonly problems: readonly Problem[];
}

/**
 * Puts files together. Of an object that is in two files, the one in the file that comes first by name holds, so that a restart
 * chooses the same; the other is told. Endpoints count only for services that have no EndpointSlice.
 */
export function mergeManifestFiles(files: Iterable<ManifestFile>): ManifestFolder {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const problems = sorted.flatMap((file) => file.problems);
  const holders = new Map<
    string,
    { readonly file: string; readonly line: number; readonly object: ClusterObject }
  >();
  for (const file of sorted) {
    for (const [identity, { object, line }] of file.objects) {
      const first = holders.get(identity);
      if (first === undefined) {
        holders.set(identity, { file: file.name, line, object });
        continue;
      }
      const message = `${identity} is in ${first.file}:${first.line} too, which holds; remove one of them`;
      problems.push({ place: `manifests/${file.name}:${line}`, message });
    }
  }
  const objects = [...holders.values()].map(({ object }) => object);
  return { objects: withoutDoubledEndpoints(objects), problems };
}

function withoutDoubledEndpoints(objects: readonly ClusterObject[]): readonly ClusterObject[] {
  const isEndpoints = (object: ClusterObject): boolean =>
    object.kind === 'EndpointSlice' && object.isEndpoints;
  if (!objects.some(isEndpoints)) return objects;
  const sliced = new Set(
    objects.flatMap((object) =>
      object.kind === 'EndpointSlice' && !object.isEndpoints
        ? object.slices.map(({ namespace, service }) => `${namespace}/${service}`)
        : [],
    ),
  );
  return objects.filter((object) => !(isEndpoints(object) && sliced.has(object.key)));
}
