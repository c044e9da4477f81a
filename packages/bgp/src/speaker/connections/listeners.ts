import { BgpError } from '../../errors.js';
import { CeaseError, ErrorCode } from '../../iana/error-code.js';
import { encodeNotification } from '../../message/notification.js';
import type {
  Endpoint,
  Listener,
  ListenTarget,
  SocketFactory,
  SocketProtection,
  Transport,
} from '../../ports/transport.js';
import type { Acceptor } from '../settings/config.js';

/** How an inbound connection came in: protection can be asked of our own listeners only. */
export type InboundOrigin = 'listener' | 'acceptor';

/** The sockets on which a speaker waits for its peers, as one. */
export class Listeners {
  readonly #sockets: SocketFactory;
  readonly #accept: (transport: Transport, origin: InboundOrigin) => void;
  readonly #open: { readonly target: ListenTarget; readonly listener: Listener }[] = [];
  #isOpen = false;
  /** What connections from an address must have, for listeners that come later. */
  readonly #protections = new Map<string, SocketProtection>();

  constructor(sockets: SocketFactory, accept: (transport: Transport, origin: InboundOrigin) => void) {
    this.#sockets = sockets;
    this.#accept = accept;
  }

  /** Opens all of them, or none: throws `BGP_ERR_LISTEN` naming the address and port that cannot be had. */
  async open(targets: readonly (ListenTarget | { readonly acceptor: Acceptor })[]): Promise<void> {
    try {
      for (const target of targets) {
        if ('acceptor' in target) continue;
        await this.#add(target);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#isOpen = true;
    for (const target of targets) {
      if ('acceptor' in target) target.acceptor.start((transport) => this.#accept(transport, 'acceptor'));
    }
  }

  /**
   * Closes the listeners that are not among these and opens those that are missing; sessions are not touched. Tries them all, and
   * throws the first `BGP_ERR_LISTEN`. Throws `BGP_ERR_STATE` before `open`, and after `close`.
   */
  async change(targets: readonly ListenTarget[]): Promise<void> {
    if (!this.#isOpen) {
      throw new BgpError('BGP_ERR_STATE', 'listen() needs a speaker that was started and is not closed');
    }
    const isAmong = (list: readonly ListenTarget[], { address, port }: ListenTarget): boolean =>
      list.some((other) => other.address === address && other.port === port);
    const gone = this.#open.filter(({ target }) => !isAmong(targets, target));
    for (const one of gone) this.#open.splice(this.#open.indexOf(one), 1);
    await Promise.all(gone.map(({ listener }) => listener.close()));
    const failures: unknown[] = [];
    for (const target of targets) {
      if (
        isAmong(
          this.#open.map((one) => one.target),
          target,
        )
      )
        continue;
      await this.#add(target).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async #add(target: ListenTarget): Promise<void> {
    const listener = await this.#listen(target);
    this.#open.push({ target, listener });
    for (const [address, protection] of this.#protections) protectAt(listener, address, protection);
  }

  async #listen(target: ListenTarget): Promise<Listener> {
    try {
      return await this.#sockets.listen(target, (transport) => this.#accept(transport, 'listener'));
    } catch (error) {
      const where = `${target.address ?? 'all addresses'} port ${target.port}`;
      const why = error instanceof Error ? error.message : String(error);
      throw new BgpError(
        'BGP_ERR_LISTEN',
        `cannot listen on ${where}: ${why}; end what holds that port, or listen on another one`,
        { path: 'listen', value: target, cause: error },
      );
    }
  }

  get endpoints(): readonly Endpoint[] {
    return this.#open.map(({ listener }) => listener.local);
  }

  /** Sets, or with `null` removes, what connections from this address must have. Throws what a listener throws. */
  protect(address: string, protection: SocketProtection | null): void {
    if (protection === null) this.#protections.delete(address);
    else this.#protections.set(address, protection);
    for (const { listener } of this.#open) protectAt(listener, address, protection);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await Promise.all(this.#open.splice(0).map(({ listener }) => listener.close()));
  }
}

function protectAt(listener: Listener, address: string, protection: SocketProtection | null): void {
  if (canReach(listener.local.address, address)) listener.protect(address, protection);
}

/** Whether a listener at `local` can see a peer of that address at all: `::` serves both families. */
function canReach(local: string, peer: string): boolean {
  return local === '::' || local === '' || local.includes(':') === peer.includes(':');
}

/** The peer at an address: by that, or by the interface that a link-local one is on. */
export function peerAt<T extends { readonly settings: { readonly interface: string | undefined } }>(
  peers: ReadonlyMap<string, T>,
  address: string,
): T | undefined {
  const byInterface = peers.get(address.split('%')[1] ?? '');
  return peers.get(address) ?? (byInterface?.settings.interface === undefined ? undefined : byInterface);
}

/** How long a refused connection may take to read why. */
const REFUSAL_GRACE_MILLISECONDS = 1000;
/** So many may read it at a time; others are cut without a word, so that strangers cannot hold sockets of ours. */
export const REFUSALS_AT_A_TIME = 64;

/** Turns inbound connections away. */
export class Refusals {
  readonly #open = new Set<Transport>();

  /** Cease / Connection Rejected (RFC 4486 §4), then FIN. */
  refuse(transport: Transport): void {
    if (this.#open.size >= REFUSALS_AT_A_TIME) {
      transport.destroy();
      return;
    }
    this.#open.add(transport);
    const closed = (): void => void this.#open.delete(transport);
    transport.start({ data() {}, drain() {}, ended() {}, closed });
    transport.write(encodeNotification({ code: ErrorCode.Cease, subcode: CeaseError.ConnectionRejected }));
    transport.end(REFUSAL_GRACE_MILLISECONDS);
  }
}
