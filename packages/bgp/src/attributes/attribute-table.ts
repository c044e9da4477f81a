import { aggregator } from './aggregator.js';
import { aigp } from './aigp.js';
import { asPath } from './as-path.js';
import { as4Aggregator } from './as4-aggregator.js';
import { as4Path } from './as4-path.js';
import { atomicAggregate } from './atomic-aggregate.js';
import type { AttributeRow } from './attribute-row.js';
import { attributeSet } from './attribute-set.js';
import { clusterList } from './cluster-list.js';
import { communities } from './communities.js';
import { extendedCommunities } from './extended-communities.js';
import { ipv6ExtendedCommunities } from './ipv6-extended-communities.js';
import { largeCommunities } from './large-communities.js';
import { linkState } from './link-state.js';
import { localPref } from './local-pref.js';
import { med } from './med.js';
import { mpReach } from './mp-reach.js';
import { mpUnreach } from './mp-unreach.js';
import { nextHop } from './next-hop.js';
import { onlyToCustomer } from './only-to-customer.js';
import { origin } from './origin.js';
import { originatorId } from './originator-id.js';
import { pmsiTunnel } from './pmsi-tunnel.js';
import { prefixSid } from './prefix-sid.js';
import { tunnelEncapsulation } from './tunnel-encapsulation.js';

/** Every attribute that is understood, by code. All others are kept by their bytes. */
export const attributeTable: readonly AttributeRow[] = [
  origin,
  asPath,
  nextHop,
  med,
  localPref,
  atomicAggregate,
  aggregator,
  communities,
  originatorId,
  clusterList,
  mpReach,
  mpUnreach,
  extendedCommunities,
  as4Path,
  as4Aggregator,
  pmsiTunnel,
  tunnelEncapsulation,
  ipv6ExtendedCommunities,
  aigp,
  linkState,
  largeCommunities,
  onlyToCustomer,
  prefixSid,
  attributeSet,
];

const BY_CODE: readonly (AttributeRow | undefined)[] = Array.from({ length: 256 }, (_, code) =>
  attributeTable.find((row) => row.code === code),
);

/** The row of a code, or undefined for an attribute that is kept by its bytes. */
export function attributeRow(code: number): AttributeRow | undefined {
  return BY_CODE[code];
}
