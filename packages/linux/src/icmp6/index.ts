export type { NeighbourDiscovery, NeighbourDiscoveryOptions } from './neighbour-discovery.js';
export { linuxNeighbourDiscovery } from './neighbour-discovery.js';
