import type { Clock } from '../ports/clock.js';
import type { NeighbourDiscovery } from '../ports/neighbour-discovery.js';

interface End {
  readonly address: string;
  /** With what each was told last. */
  readonly listeners: Map<(neighbour: string | null) => void, string | null>;
}

interface FakeCable {
  readonly ends: readonly [End, End];
  isUp: boolean;
}

/**
 * Neighbour discovery of one host, in memory, under a virtual clock. A router is heard once both ends of a cable are watched
 * and the cable is up, a millisecond later.
 *
 * @example
 * const [left, right] = [new FakeDiscovery(clock), new FakeDiscovery(clock)];
 * left.connect('eth1', 'fe80::1', right, 'eth1', 'fe80::2');
 */
export class FakeDiscovery implements NeighbourDiscovery {
  readonly #clock: Clock;
  readonly #cables = new Map<string, { readonly cable: FakeCable; readonly side: 0 | 1 }>();
  readonly #waiting = new Map<string, End['listeners']>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Lays a cable between two interfaces, which may be watched already. */
  connect(
    name: string,
    address: string,
    other: FakeDiscovery,
    otherName: string,
    otherAddress: string,
  ): void {
    const near = { address, listeners: this.#listeners(name) };
    const far = { address: otherAddress, listeners: other.#listeners(otherName) };
    const cable: FakeCable = { ends: [near, far], isUp: true };
    this.#cables.set(name, { cable, side: 0 });
    other.#cables.set(otherName, { cable, side: 1 });
    this.#advertise(cable);
  }

  /** Pulls the cable, or puts it back, at both ends. */
  setUp(name: string, isUp: boolean): void {
    const found = this.#cables.get(name);
    if (found === undefined || found.cable.isUp === isUp) return;
    const { cable } = found;
    cable.isUp = isUp;
    if (isUp) this.#advertise(cable);
    else this.#later(() => this.#tell(cable, () => null));
  }

  watch(interfaceName: string, listener: (neighbour: string | null) => void): () => void {
    const listeners = this.#listeners(interfaceName);
    listeners.set(listener, null);
    const found = this.#cables.get(interfaceName);
    if (found !== undefined) this.#advertise(found.cable);
    return () => void listeners.delete(listener);
  }

  #listeners(name: string): End['listeners'] {
    const found = this.#cables.get(name);
    if (found !== undefined) return found.cable.ends[found.side].listeners;
    const known = this.#waiting.get(name) ?? new Map();
    this.#waiting.set(name, known);
    return known;
  }

  #advertise(cable: FakeCable): void {
    this.#later(() => {
      if (!cable.isUp || cable.ends.some(({ listeners }) => listeners.size === 0)) return;
      this.#tell(cable, (other) => other.address);
    });
  }

  #tell(cable: FakeCable, what: (other: End) => string | null): void {
    const [near, far] = cable.ends;
    tellOnce(near.listeners, what(far));
    tellOnce(far.listeners, what(near));
  }

  #later(callback: () => void): void {
    this.#clock.setTimer(1, callback);
  }
}

function tellOnce(listeners: End['listeners'], neighbour: string | null): void {
  for (const [listener, last] of [...listeners]) {
    if (last === neighbour) continue;
    listeners.set(listener, neighbour);
    listener(neighbour);
  }
}
