import type { Config } from '../config/config.js';
import { Owner } from '../items/advertisement.js';
import type { PolicyItem, PolicyStatementItem } from '../items/policy.js';

/** The policies of all sessions of this node. */
export interface Policies {
  readonly import: PolicyItem;
  readonly exportToMesh: PolicyItem;
  readonly exportToExternal: PolicyItem;
}

/** What this node originates, by kind. */
export interface OwnPrefixes {
  readonly podCidrs: readonly string[];
  readonly vips: readonly string[];
}

const defaultRoutes = ['0.0.0.0/0', '::/0'];

/**
 * What goes out and what comes in. Exports name routes by their owner, so learned routes, which have none, are never
 * passed on, and a change of addresses leaves these policies as they are. Statements hold for both families.
 */
export function desiredPolicies(own: OwnPrefixes, config: Config): Policies {
  return {
    exportToMesh: {
      name: 'export-mesh',
      statements: config.enableIbgp
        ? [{ name: 'own-pod-cidrs', owners: [Owner.PodCidr], action: 'accept' }]
        : [],
      otherwise: 'reject',
    },
    exportToExternal: {
      name: 'export-external',
      statements: [
        toExternal('service-vips', Owner.Vip, config),
        ...(config.advertisePodCidr ? [toExternal('own-pod-cidrs', Owner.PodCidr, config)] : []),
      ],
      otherwise: 'reject',
    },
    import: {
      name: 'import',
      statements: [
        { name: 'default-routes', prefixes: defaultRoutes, action: 'reject' },
        ...refuse('own-pod-cidrs', own.podCidrs),
        ...refuse('own-service-vips', own.vips),
      ],
      otherwise: 'accept',
    },
  };
}

function toExternal(name: string, owner: Owner, config: Config): PolicyStatementItem {
  return {
    name,
    owners: [owner],
    action: 'accept',
    ...(config.overrideNextHop ? { nextHopSelf: true as const } : {}),
  };
}

/** Sorted, so that the same set is the same policy whatever order the cluster listed it in. */
function refuse(name: string, prefixes: readonly string[]): readonly PolicyStatementItem[] {
  if (prefixes.length === 0) return [];
  return [{ name, prefixes: [...new Set(prefixes)].sort(), action: 'reject' }];
}
