/** What a URL of the Kubernetes API addresses. */
export interface ApiPath {
  /** `v1`, `discovery.k8s.io/v1`. */
  readonly apiVersion: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly plural: string;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly subresource: string | null;
}

/** Null for what is no collection or object, such as `/readyz`. */
export function parseApiPath(pathname: string): ApiPath | null {
  const parts = pathname.split('/').slice(1).map(decodeURIComponent);
  const [root, ...rest] = parts;
  const group = root === 'api' ? '' : root === 'apis' ? rest.shift() : undefined;
  const version = rest.shift();
  if (group === undefined || version === undefined) return null;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? (rest.splice(0, 2)[1] ?? null) : null;
  const [plural, name = null, subresource = null] = rest;
  return plural === undefined ? null : { apiVersion, group, plural, namespace, name, subresource };
}
