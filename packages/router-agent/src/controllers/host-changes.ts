import { egressTable } from '../desired/egress.js';
import { podBridge } from '../desired/host.js';

/** Something on this host that somebody has changed, as the kernel told. */
export type HostChange =
  | { readonly kind: 'link'; readonly name: string }
  | { readonly kind: 'policy-routing' }
  | { readonly kind: 'vxlan-peers' }
  | { readonly kind: 'nft-table'; readonly family: string; readonly name: string }
  /** Changes were missed. */
  | { readonly kind: 'unknown' };

/** What has to be looked at again. */
export interface Concern {
  readonly controller: string;
  /** Longer for what many write to all the time. */
  readonly withinMilliseconds: number;
}

const soon = 200;
/** The table in which iptables-nft has its FORWARD chain; service proxies write to it with each change of a service. */
const iptablesTable = 'filter';
const late = 2_000;

/** Which controllers keep what was changed. */
export function concernsOf(change: HostChange): readonly Concern[] {
  const concern = (controller: string, withinMilliseconds = soon): Concern => ({
    controller,
    withinMilliseconds,
  });
  switch (change.kind) {
    case 'link':
      return change.name === podBridge ? [concern('bridge')] : [];
    case 'policy-routing':
    case 'vxlan-peers':
      return [concern('overlay')];
    case 'nft-table':
      if (change.family === 'inet') return change.name === egressTable ? [concern('egress')] : [];
      return change.name === iptablesTable ? [concern('forward', late)] : [];
    case 'unknown':
      return ['bridge', 'overlay', 'egress', 'forward'].map((controller) => concern(controller));
  }
}

interface Timers {
  setTimer(milliseconds: number, callback: () => void): { cancel(): void };
}

/** Wakes controllers a little after the first of the changes that concern them, so that many changes are one. */
export class HostWatch {
  readonly #timers: Timers;
  readonly #wake: (controller: string) => void;
  readonly #waiting = new Map<string, { cancel(): void }>();

  constructor(timers: Timers, wake: (controller: string) => void) {
    this.#timers = timers;
    this.#wake = wake;
  }

  changed(change: HostChange): void {
    for (const { controller, withinMilliseconds } of concernsOf(change)) {
      if (this.#waiting.has(controller)) continue;
      const timer = this.#timers.setTimer(withinMilliseconds, () => {
        this.#waiting.delete(controller);
        this.#wake(controller);
      });
      this.#waiting.set(controller, timer);
    }
  }

  stop(): void {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }
}
