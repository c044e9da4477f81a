/**
 * Where a value comes from, the weakest first: of two that give the same setting the later one holds. What stands in
 * `KUBE_ROUTER_OPTS` of a flags file counts as given by flag.
 */
export const originKinds = ['default', 'file', 'annotation', 'environment', 'flags file', 'flag'] as const;
export type OriginKind = (typeof originKinds)[number];

/** Where one value comes from. */
export interface Origin {
  readonly kind: OriginKind;
  /** For people: `--cluster-asn`, `NODE_NAME`, `/etc/peerage/agent.yaml:7`; empty for defaults. */
  readonly place: string;
}

export const byDefault: Origin = Object.freeze({ kind: 'default', place: '' });

/** Whether what comes from `a` holds against what comes from `b`. */
export function outranks(a: OriginKind, b: OriginKind): boolean {
  return originKinds.indexOf(a) > originKinds.indexOf(b);
}
