import { BgpError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type {
  ConnectTarget,
  Endpoint,
  Listener,
  ListenTarget,
  SocketFactory,
  SocketFeature,
  SocketProtection,
  Transport,
} from '../ports/transport.js';
import { type PipeOptions, PipeTransport } from './pipe.js';

interface Bound {
  readonly host: FakeHost;
  readonly local: Endpoint;
  readonly accept: (transport: Transport) => void;
  readonly keys: Map<string, SocketProtection>;
}

/** A connection of a fake network, both ends, for tests that want to hurt it. */
export interface FakeConnection {
  readonly dialled: PipeTransport;
  readonly accepted: PipeTransport;
}

const systemError = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/**
 * Hosts with addresses and ports, in memory, under a virtual clock. It refuses what a network refuses: nobody listening
 * (ECONNREFUSED), an address that nobody has (no answer, at last ETIMEDOUT), a port that is taken (EADDRINUSE), an
 * address that is not the host's (EADDRNOTAVAIL), and a TCP MD5 key that does not match (silence).
 *
 * @example
 * const network = new FakeNetwork(clock);
 * const left = network.host('192.0.2.1');
 * const right = network.host('192.0.2.2');
 * await right.listen({ port: 179 }, (transport) => transport.destroy());
 * const transport = await left.connect({ address: '192.0.2.2', port: 179 }, new AbortController().signal);
 */
export class FakeNetwork {
  readonly clock: Clock;
  /** How new connections behave. */
  options: PipeOptions;
  /** Every connection that came up, oldest first. */
  readonly connections: FakeConnection[] = [];
  readonly #hosts: FakeHost[] = [];
  readonly #unreachable = new Set<string>();

  constructor(clock: Clock, options: PipeOptions = {}) {
    this.clock = clock;
    this.options = options;
  }

  /** Adds a host with these addresses: the first one is what it dials from, unless told otherwise. */
  host(address: string, ...others: string[]): FakeHost {
    const host = new FakeHost(this, [address, ...others]);
    this.#hosts.push(host);
    return host;
  }

  /** From now on dials to this address get no answer. */
  silence(address: string): void {
    this.#unreachable.add(address);
  }

  unsilence(address: string): void {
    this.#unreachable.delete(address);
  }

  /** Who would answer at that address, or undefined. */
  hostAt(address: string): FakeHost | undefined {
    if (this.#unreachable.has(address)) return undefined;
    return this.#hosts.find((host) => host.addresses.includes(address));
  }
}

/**
 * One host of a fake network, as a socket factory.
 *
 * @example
 * const host = new FakeNetwork(clock).host('192.0.2.1');
 * const speaker = new BgpSpeaker(config, { sockets: host, clock, random: seededRandom(1) });
 */
export class FakeHost implements SocketFactory {
  readonly features: ReadonlySet<SocketFeature> = new Set<SocketFeature>([
    'localAddress',
    'localPort',
    'ttl',
    'minTtl',
    'md5',
    'device',
  ]);
  readonly addresses: readonly string[];
  readonly #network: FakeNetwork;
  readonly #bound: Bound[] = [];
  #nextPort = 49_152;

  constructor(network: FakeNetwork, addresses: readonly string[]) {
    this.#network = network;
    this.addresses = addresses;
  }

  async listen(target: ListenTarget, accept: (transport: Transport) => void): Promise<Listener> {
    const port = target.port === 0 ? this.#nextPort++ : target.port;
    const address = target.address ?? '::';
    if (address !== '::' && address !== '0.0.0.0' && !this.addresses.includes(address)) {
      throw systemError('EADDRNOTAVAIL', `listen EADDRNOTAVAIL: address not available ${address}:${port}`);
    }
    if (this.#boundAt(address, port) !== undefined) {
      throw systemError('EADDRINUSE', `listen EADDRINUSE: address already in use ${address}:${port}`);
    }
    const bound: Bound = { host: this, local: { address, port }, accept, keys: new Map() };
    this.#bound.push(bound);
    return {
      local: bound.local,
      protect(peer, protection) {
        if (protection === null) bound.keys.delete(peer);
        else bound.keys.set(peer, protection);
      },
      close: async () => {
        const at = this.#bound.indexOf(bound);
        if (at >= 0) this.#bound.splice(at, 1);
      },
    };
  }

  connect(target: ConnectTarget, signal: AbortSignal): Promise<Transport> {
    return new Promise((resolve, reject) => {
      const timeout = this.#network.clock.setTimer(127_000, () => {
        reject(systemError('ETIMEDOUT', `connect ETIMEDOUT ${target.address}:${target.port}`));
      });
      const settle = (end: () => void): void => {
        timeout.cancel();
        end();
      };
      signal.addEventListener('abort', () =>
        settle(() => reject(new BgpError('BGP_ERR_ABORTED', 'the dial was given up'))),
      );
      this.#network.clock.setTimer(2 * (this.#network.options.delay ?? 0), () => {
        if (!signal.aborted) this.#knock(target, { resolve, reject, settle });
      });
    });
  }

  #knock(
    target: ConnectTarget,
    outcome: {
      resolve(transport: Transport): void;
      reject(error: Error): void;
      settle(end: () => void): void;
    },
  ): void {
    const { resolve, reject, settle } = outcome;
    const local = target.localAddress ?? this.#sourceFor(target.address);
    if (!this.addresses.includes(local)) {
      const message = `bind EADDRNOTAVAIL: address not available ${local}`;
      settle(() => reject(systemError('EADDRNOTAVAIL', message)));
      return;
    }
    const taken = this.#portTaken(local, target);
    if (taken !== null) {
      settle(() => reject(taken));
      return;
    }
    const host = this.#network.hostAt(target.address);
    if (host === undefined) return;
    const bound = host.#boundAt(target.address, target.port);
    if (bound === undefined) {
      const message = `connect ECONNREFUSED ${target.address}:${target.port}`;
      settle(() => reject(systemError('ECONNREFUSED', message)));
      return;
    }
    const wanted = bound.keys.get(local) ?? rangeKey(bound.keys, local);
    if (!sameKey(wanted?.md5Key, target.md5Key)) return;
    const from = { address: local, port: target.localPort ?? this.#nextPort++ };
    const to = { address: target.address, port: target.port };
    const { clock, options, connections } = this.#network;
    const [dialled, accepted] = PipeTransport.pair(clock, from, to, options);
    connections.push({ dialled, accepted });
    settle(() => resolve(dialled));
    bound.accept(accepted);
  }

  /** A listener has the port that is to be dialled from, or an open connection to the same place does. */
  #portTaken(local: string, { address, port, localPort }: ConnectTarget): Error | null {
    if (localPort === undefined) return null;
    if (this.#boundAt(local, localPort) !== undefined) {
      return systemError('EADDRINUSE', `bind EADDRINUSE: address already in use ${local}:${localPort}`);
    }
    const isSame = (at: Endpoint, there: string, number: number): boolean =>
      at.address === there && at.port === number;
    const holds = ({ dialled }: FakeConnection): boolean =>
      !dialled.isClosed && isSame(dialled.local, local, localPort) && isSame(dialled.remote, address, port);
    if (!this.#network.connections.some(holds)) return null;
    return systemError('EADDRNOTAVAIL', `connect EADDRNOTAVAIL ${address}:${port} - ${local}:${localPort}`);
  }

  #sourceFor(remote: string): string {
    const isIpv6 = remote.includes(':');
    const [, scope] = remote.split('%');
    const onLink = scope === undefined ? undefined : this.addresses.find((own) => own.endsWith(`%${scope}`));
    if (onLink !== undefined) return onLink;
    return this.addresses.find((address) => address.includes(':') === isIpv6) ?? this.addresses[0]!;
  }

  #boundAt(address: string, port: number): Bound | undefined {
    const isAny = (text: string): boolean => text === '::' || text === '0.0.0.0';
    return this.#bound.find(
      ({ local }) =>
        local.port === port && (local.address === address || isAny(local.address) || isAny(address)),
    );
  }
}

/** What the first range asks for that covers an address (`a/len`, whole octets only). */
function rangeKey(keys: Bound['keys'], address: string): SocketProtection | undefined {
  for (const [peer, protection] of keys) {
    const [network = '', length] = peer.split('/');
    const octets = Number(length) / 8;
    const covers = (text: string): string => text.split('.').slice(0, octets).join('.');
    if (length !== undefined && network.includes('.') && covers(network) === covers(address))
      return protection;
  }
  return undefined;
}

function sameKey(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((octet, at) => octet === other[at]);
}
