import { LinuxError } from '../errors.js';
import { type Libc, loadLibc } from '../libc.js';
import { InterfaceWatch } from './interface-watch.js';
import { RouterSocket } from './router-socket.js';

/** Finds the router at the other end of a link. */
export interface NeighbourDiscovery {
  /**
   * Makes us known on an interface, and calls back with the link-local address (without a scope) of the router that is heard
   * there; null: the link is down, or not there any more. Returns what ends it. Throws when the process may not do this.
   */
  watch(interfaceName: string, listener: (neighbour: string | null) => void): () => void;
}

export interface NeighbourDiscoveryOptions {
  /** How often links and sockets are looked at, 10 … 10,000 ms. Default 250. */
  readonly pollMilliseconds?: number;
  /** Pause between our advertisements, 1 … 1,800 s (RFC 4861 §6.2.1). Default 10; the first three are a second apart. */
  readonly advertisementSeconds?: number;
}

/**
 * Neighbour discovery by router advertisements (RFC 4861), as BGP over interfaces needs it: we advertise ourselves, with a
 * lifetime of 0, so that no host takes us for its default router, and hear who else does. Needs CAP_NET_RAW; throws
 * `LINUX_ERR_PLATFORM` off Linux. The interface may come and go while it is watched.
 *
 * @example
 * const end = linuxNeighbourDiscovery().watch('eth1', (neighbour) => console.log(neighbour));
 */
export function linuxNeighbourDiscovery(options: NeighbourDiscoveryOptions = {}): NeighbourDiscovery {
  const { pollMilliseconds = 250, advertisementSeconds = 10 } = options;
  checkRange('pollMilliseconds', pollMilliseconds, 10, 10_000);
  checkRange('advertisementSeconds', advertisementSeconds, 1, 1_800);
  const libc = loadLibc();
  return {
    watch(interfaceName, listener) {
      checkName(interfaceName);
      RouterSocket.check(libc);
      return watch(libc, interfaceName, listener, pollMilliseconds, advertisementSeconds * 1000);
    },
  };
}

function watch(
  libc: Libc,
  name: string,
  listener: (neighbour: string | null) => void,
  pollMilliseconds: number,
  period: number,
): () => void {
  const interfaceWatch = new InterfaceWatch(libc, name, period, listener);
  // Node cannot wait for raw sockets; what comes here is rare and small.
  const timer = setInterval(() => interfaceWatch.look(performance.now()), pollMilliseconds);
  timer.unref();
  return () => {
    clearInterval(timer);
    interfaceWatch.close();
  };
}

function checkRange(what: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new LinuxError('LINUX_ERR_ARGUMENT', `${what} is ${least} to ${most}, got ${value}`);
}

function checkName(name: string): void {
  if (/^[^\s/]{1,15}$/.test(name)) return;
  throw new LinuxError('LINUX_ERR_ARGUMENT', `"${name}" is not the name of a network interface`);
}
