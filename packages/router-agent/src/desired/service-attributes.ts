import type { OriginatedAttributes } from '../items/advertisement.js';
import type { Problem, Service } from '../model/cluster.js';
import { AnnotationReader, unknownAnnotations } from './annotations/read-annotation.js';
import {
  address,
  community,
  extendedCommunity,
  largeCommunity,
  number32,
} from './annotations/value-types.js';

/** How the addresses of a service are announced, as its annotations say. */
export interface ServiceAttributes {
  readonly attributes?: OriginatedAttributes;
  /** The external peers that are told; absent: all. */
  readonly peers?: readonly string[];
  readonly problems: readonly Problem[];
}

/** Reads them. What cannot be read is left out, and told. */
export function serviceAttributes(service: Service): ServiceAttributes {
  const object = {
    annotations: service.annotations,
    place: `services/${service.namespace}/${service.name}`,
  };
  const reader = new AnnotationReader(object);
  const communities = reader.items('peerage.io/communities', community);
  const largeCommunities = reader.items('peerage.io/large-communities', largeCommunity);
  const extendedCommunities = reader.items('peerage.io/extended-communities', extendedCommunity);
  const med = reader.value('peerage.io/med', number32);
  const localPref = reader.value('peerage.io/local-preference', number32);
  const peers = reader.items('peerage.io/peers', address);
  const attributes: OriginatedAttributes = {
    ...(med === undefined ? {} : { med }),
    ...(localPref === undefined ? {} : { localPref }),
    ...(communities === undefined || communities.length === 0 ? {} : { communities }),
    ...(largeCommunities === undefined || largeCommunities.length === 0 ? {} : { largeCommunities }),
    ...(extendedCommunities === undefined || extendedCommunities.length === 0 ? {} : { extendedCommunities }),
  };
  return {
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    ...(peers === undefined ? {} : { peers: [...new Set(peers)].sort() }),
    problems: [...reader.problems, ...unknownAnnotations('service', object)],
  };
}
