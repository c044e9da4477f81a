/**
 * Finds the router at the other end of a link, for peers that are known by their interface only.
 *
 * @example
 * const ports = { ...nodePorts({ sockets: tcpSocketFactory(linuxTcpSockets()) }), discovery: linuxNeighbourDiscovery() };
 */
export interface NeighbourDiscovery {
  /**
   * Makes us known on an interface, and calls back, later, with the link-local address (text without a scope) of the router
   * that is heard there, and again when another takes its place; null: the link is down, or not there any more. The interface
   * may come and go. Returns what ends it; throws when this cannot be had.
   */
  watch(interfaceName: string, listener: (neighbour: string | null) => void): () => void;
}
