import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { type FarEnd, type HeldRoute, LOCAL_AS, ROUTER_ID_TEXT } from './pipeline-fixture.js';

/** A path as the naive twin keeps it: an object in a Map. */
export interface TwinPath {
  /** `null`: originated here. */
  readonly from: FarEnd | null;
  readonly attributes: PathAttributes;
  readonly nextHop: string;
}

const localPref = (path: TwinPath): number => path.attributes.localPref ?? 100;
const asLength = (path: TwinPath): number => path.attributes.asPath?.[0]?.ases.length ?? 0;
const origin = (path: TwinPath): number =>
  ['igp', 'egp', 'incomplete'].indexOf(path.attributes.origin ?? 'igp');
const med = (path: TwinPath): number => path.attributes.med ?? 0;
const neighbor = (path: TwinPath): number => path.attributes.asPath?.[0]?.ases[0] ?? 0;
const isInternal = (path: TwinPath): boolean => path.from?.as === LOCAL_AS;
const routerId = (path: TwinPath): number => path.from?.peer.routerId ?? 0;

/** Keeps the paths for which `key` is lowest. */
function lowest(paths: readonly TwinPath[], key: (path: TwinPath) => number): TwinPath[] {
  const least = Math.min(...paths.map(key));
  return paths.filter((path) => key(path) === least);
}

/** RFC 4271 §9.1.2.2, written down as it is read: each step removes paths, until one is left. */
export function equalsOf(paths: readonly TwinPath[]): TwinPath[] {
  let rest = [...paths];
  if (rest.length === 0) return [];
  rest = lowest(rest, (path) => (path.from === null ? 0 : 1));
  rest = lowest(rest, (path) => -localPref(path));
  rest = lowest(rest, asLength);
  rest = lowest(rest, origin);
  const groups = new Map<number, TwinPath[]>();
  for (const path of rest) groups.set(neighbor(path), [...(groups.get(neighbor(path)) ?? []), path]);
  rest = [...groups.values()].flatMap((group) => lowest(group, med));
  return lowest(rest, (path) => (isInternal(path) ? 1 : 0));
}

export function bestOf(paths: readonly TwinPath[]): TwinPath | null {
  return lowest(equalsOf(paths), routerId)[0] ?? null;
}

/** RFC 4456 §6: what an internal peer told goes to another when one of the two is a client. */
export function isReflected(path: TwinPath, to: FarEnd): boolean {
  if (path.from === null || !isInternal(path) || to.as !== LOCAL_AS) return false;
  return to.peer.routeReflectorClient === true || path.from.peer.routeReflectorClient === true;
}

/** What a peer is to be sent of the best path; `null`: nothing. */
export function exported(best: TwinPath | null, to: FarEnd, isOurs: boolean): HeldRoute | null {
  if (best === null || best.from === to) return null;
  const internal = to.as === LOCAL_AS;
  const reflected = isReflected(best, to);
  if (internal && isInternal(best) && !reflected) return null;
  const communities = best.attributes.communities ?? [];
  if (communities.includes(0xffffff02) || (!internal && communities.includes(0xffffff01))) return null;
  const { localPref: _, med: __, ...rest } = best.attributes;
  const attributes = internal
    ? {
        ...best.attributes,
        localPref: localPref(best),
        ...(reflected && {
          originatorId: `0.0.0.${best.from!.peer.routerId}`,
          clusterList: [ROUTER_ID_TEXT],
        }),
      }
    : {
        ...rest,
        ...(isOurs && best.attributes.med !== undefined && { med: best.attributes.med }),
        asPath: [
          { type: 'sequence' as const, ases: [LOCAL_AS, ...(best.attributes.asPath?.[0]?.ases ?? [])] },
        ],
      };
  return { attributes, nextHop: best.nextHop };
}
