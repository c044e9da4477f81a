import { cidr } from '../config/flag-type.js';
import { formatCidr, parseCidr } from '../items/ip.js';
import type { Problem } from '../model/cluster.js';
import { AnnotationReader, unknownAnnotations } from './annotations/read-annotation.js';
import { address, asNumber, community, repeats } from './annotations/value-types.js';
import { type MeshPlace, meshPlace, placeOf } from './mesh-role.js';
import type { OwnNode } from './own-node.js';

/** What the annotations of this node say about BGP, beside its peers and pod ranges. */
export interface NodeBgp extends MeshPlace {
  /** Added to what external peers get. */
  readonly communities: readonly string[];
  /** Refused from everybody, with all that is inside. */
  readonly importReject: readonly string[];
  /** Towards external peers. */
  readonly prepend: { readonly as: number; readonly count: number } | null;
  /** Where to listen; null: on the best address of each family. */
  readonly listen: readonly string[] | null;
  readonly problems: readonly Problem[];
}

/** Reads them. One that is wrong is told, counts as not given, and leaves the others alone. */
export function nodeBgp(own: Pick<OwnNode, 'node' | 'families'>): NodeBgp {
  const object = placeOf(own.node);
  const reader = new AnnotationReader(object);
  const place = meshPlace(reader);
  const communities = reader.items('kube-router.io/node.bgp.communities', community) ?? [];
  const ranges = reader.items('kube-router.io/node.bgp.customimportreject', cidr) ?? [];
  const prepend = readPrepend(reader);
  const listen = readListen(reader, own);
  return {
    ...place,
    communities: [...new Set(communities)],
    importReject: [...new Set(ranges.map(canonicalRange))],
    prepend,
    listen,
    problems: [...reader.problems, ...unknownAnnotations('node', object)],
  };
}

function canonicalRange(text: string): string {
  const range = parseCidr(text);
  return range === null ? text : formatCidr(range);
}

/** Half of it is told, and prepends nothing. */
function readPrepend(reader: AnnotationReader): NodeBgp['prepend'] {
  const [as, count] = ['kube-router.io/path-prepend.as', 'kube-router.io/path-prepend.repeat-n'] as const;
  const values = { as: reader.value(as, asNumber), count: reader.value(count, repeats) };
  if (values.as !== undefined && values.count !== undefined) return { as: values.as, count: values.count };
  if (values.as !== undefined && reader.text(count) === undefined)
    reader.tell(as, `has no effect without ${count}; give that too`);
  if (values.count !== undefined && reader.text(as) === undefined)
    reader.tell(count, `has no effect without ${as}; give that too`);
  return null;
}

function readListen(reader: AnnotationReader, own: Pick<OwnNode, 'families'>): NodeBgp['listen'] {
  const name = 'kube-router.io/bgp-local-addresses';
  const given = reader.items(name, address);
  if (given === undefined) return null;
  const usable = given.filter((each) => {
    const family = each.includes(':') ? 'ipv6' : 'ipv4';
    if (own.families.includes(family)) return true;
    reader.tell(name, `${each} is left out: this node has no ${family} address of its own`);
    return false;
  });
  if (usable.length > 0) return [...new Set(usable)];
  reader.tell(name, 'none of its addresses can be used; the node listens on its best address of each family');
  return null;
}
