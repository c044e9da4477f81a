import type { ApiPath } from './api-path.js';

/** A rule of a ClusterRole; `*` stands for all. */
export interface AccessRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export const ALLOW_ALL: readonly AccessRule[] = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];

/** RBAC: one of the rules must name group, resource and verb. */
export function isAllowed(rules: readonly AccessRule[], verb: string, path: ApiPath): boolean {
  const resource = path.subresource === null ? path.plural : `${path.plural}/${path.subresource}`;
  const has = (list: readonly string[], item: string): boolean => list.includes('*') || list.includes(item);
  return rules.some(
    (rule) => has(rule.apiGroups, path.group) && has(rule.resources, resource) && has(rule.verbs, verb),
  );
}

/** The API server's own words for a 403. */
export function forbiddenMessage(user: string, verb: string, path: ApiPath): string {
  const scope = path.namespace === null ? 'at the cluster scope' : `in the namespace "${path.namespace}"`;
  const { plural, group } = path;
  return `${plural}${group === '' ? '' : `.${group}`} is forbidden: User "${user}" cannot ${verb} resource "${plural}" in API group "${group}" ${scope}`;
}
