import type { Config } from '../config/config.js';
import { Owner } from '../items/advertisement.js';
import type { PolicyItem, PolicyStatementItem } from '../items/policy.js';
import { externalPeersOf } from './annotated-peers.js';
import { fileStatements } from './file-routes.js';
import { nodeBgp } from './node-bgp.js';
import type { OwnNode } from './own-node.js';

/** The policies of all sessions of this node. */
export interface Policies {
  readonly import: PolicyItem;
  readonly exportToMesh: PolicyItem;
  readonly exportToExternal: PolicyItem;
}

const defaultRoutes = ['0.0.0.0/0', '::/0'];

/**
 * What goes out and what comes in. Exports name routes by their owner, so learned routes, which have none, are passed on by
 * route reflectors only; imports refuse what this node originates. A change of addresses leaves these policies as they are.
 * Statements hold for both families.
 */
export function desiredPolicies(config: Config, own: OwnNode): Policies {
  const { communities, importReject, prepend, role } = nodeBgp(own);
  const edits = {
    ...(prepend === null ? {} : { prepend }),
    ...(communities.length === 0 ? {} : { addCommunities: communities }),
  };
  const toExternal = (name: string, owner: Owner): PolicyStatementItem => ({
    name,
    owners: [owner],
    action: 'accept',
    ...(config.overrideNextHop ? { nextHopSelf: true as const } : {}),
    ...edits,
  });
  const reflected: readonly PolicyStatementItem[] =
    role.kind === 'server'
      ? [{ name: 'reflected', reflected: { exceptFrom: externalAddresses(config, own) }, action: 'accept' }]
      : [];
  const rejected: readonly PolicyStatementItem[] =
    importReject.length > 0 ? [{ name: 'custom-reject', inside: importReject, action: 'reject' }] : [];
  return {
    exportToMesh: {
      name: 'export-mesh',
      statements: config.enableIbgp
        ? [
            { name: 'own-pod-cidrs', owners: [Owner.PodCidr], action: 'accept' },
            ...fileStatements(own, config, 'mesh'),
            ...reflected,
          ]
        : [],
      otherwise: 'reject',
    },
    exportToExternal: {
      name: 'export-external',
      statements: [
        toExternal('service-vips', Owner.Vip),
        ...(config.advertisePodCidr ? [toExternal('own-pod-cidrs', Owner.PodCidr)] : []),
        ...fileStatements(own, config, 'external').map((statement) => ({ ...edits, ...statement })),
      ],
      otherwise: 'reject',
      selective: true,
    },
    import: {
      name: 'import',
      statements: [
        { name: 'own-prefixes', originated: true, action: 'reject' },
        { name: 'default-routes', prefixes: defaultRoutes, action: 'reject' },
        ...rejected,
      ],
      otherwise: 'accept',
    },
  };
}

/** Routers that may have our AS and are no nodes. */
function externalAddresses(config: Config, own: OwnNode): readonly string[] {
  const named = [...externalPeersOf(own, config).peers, ...config.file.neighbors];
  return [...new Set(named.map(({ address }) => address))].sort();
}
