import type { Kind } from '../../model/cluster.js';
import type { RawKind } from '../translate.js';

/** One collection of the Kubernetes API. */
export interface KubeResource {
  readonly rawKind: RawKind;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

const core = (rawKind: RawKind, plural: string): KubeResource => ({
  rawKind,
  group: '',
  version: 'v1',
  plural,
});
const discovery = (version: string): KubeResource => ({
  rawKind: 'EndpointSlice',
  group: 'discovery.k8s.io',
  version,
  plural: 'endpointslices',
});

/** Where each kind is read from: the first that the server has. Servers before 1.21 have no `discovery.k8s.io/v1`. */
export const KUBE_RESOURCES: Readonly<Record<Kind, readonly KubeResource[]>> = {
  Node: [core('Node', 'nodes')],
  Service: [core('Service', 'services')],
  EndpointSlice: [discovery('v1'), discovery('v1beta1'), core('Endpoints', 'endpoints')],
};

/** `/api/v1/nodes`, `/apis/discovery.k8s.io/v1/endpointslices`. */
export function resourcePath({ group, version, plural }: KubeResource): string {
  return group === '' ? `/api/${version}/${plural}` : `/apis/${group}/${version}/${plural}`;
}

/** The RBAC rule that a resource needs, as it stands in a ClusterRole. */
export function rbacRule(
  { group, plural }: Pick<KubeResource, 'group' | 'plural'>,
  verbs: readonly string[] = ['get', 'list', 'watch'],
): string {
  return JSON.stringify({ apiGroups: [group], resources: [plural], verbs });
}
