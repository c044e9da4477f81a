import type { Config } from '../config/config.js';
import { Owner } from '../items/advertisement.js';
import type { PolicyItem, PolicyStatementItem } from '../items/policy.js';
import { fileStatements } from './file-routes.js';
import type { OwnNode } from './own-node.js';

/** The policies of all sessions of this node. */
export interface Policies {
  readonly import: PolicyItem;
  readonly exportToMesh: PolicyItem;
  readonly exportToExternal: PolicyItem;
}

const defaultRoutes = ['0.0.0.0/0', '::/0'];

/**
 * What goes out and what comes in. Exports name routes by their owner, so learned routes, which have none, are never
 * passed on; imports refuse what this node originates. A change of addresses leaves these policies as they are. Statements hold for both families.
 */
export function desiredPolicies(config: Config, own: OwnNode): Policies {
  return {
    exportToMesh: {
      name: 'export-mesh',
      statements: config.enableIbgp
        ? [
            { name: 'own-pod-cidrs', owners: [Owner.PodCidr], action: 'accept' },
            ...fileStatements(own, config, 'mesh'),
          ]
        : [],
      otherwise: 'reject',
    },
    exportToExternal: {
      name: 'export-external',
      statements: [
        toExternal('service-vips', Owner.Vip, config),
        ...(config.advertisePodCidr ? [toExternal('own-pod-cidrs', Owner.PodCidr, config)] : []),
        ...fileStatements(own, config, 'external'),
      ],
      otherwise: 'reject',
    },
    import: {
      name: 'import',
      statements: [
        { name: 'own-prefixes', originated: true, action: 'reject' },
        { name: 'default-routes', prefixes: defaultRoutes, action: 'reject' },
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
