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

/** Which controllers keep what was changed. `ours` are the names of the bridge and of the table for egress. */
export function concernsOf(
  change: HostChange,
  ours: { readonly bridge: string; readonly egressTable: string },
): readonly Concern[] {
  const concern = (controller: string, withinMilliseconds = soon): Concern => ({
    controller,
    withinMilliseconds,
  });
  switch (change.kind) {
    case 'link':
      return change.name === ours.bridge ? [concern('bridge')] : [];
    case 'policy-routing':
    case 'vxlan-peers':
      return [concern('overlay')];
    case 'nft-table':
      if (change.family === 'inet') return change.name === ours.egressTable ? [concern('egress')] : [];
      return change.name === iptablesTable ? [concern('forward', late)] : [];
    case 'unknown':
      return ['bridge', 'overlay', 'egress', 'forward'].map((controller) => concern(controller));
  }
}

export interface HostWatchPorts {
  setTimer(milliseconds: number, callback: () => void): { cancel(): void };
  wake(controller: string): void;
}

/** Wakes controllers a little after the first of the changes that concern them, so that many changes are one. */
export class HostWatch {
  readonly #ports: HostWatchPorts;
  readonly #ours: Parameters<typeof concernsOf>[1];
  readonly #waiting = new Map<string, { cancel(): void }>();

  constructor(ports: HostWatchPorts, ours: Parameters<typeof concernsOf>[1]) {
    this.#ports = ports;
    this.#ours = ours;
  }

  changed(change: HostChange): void {
    for (const { controller, withinMilliseconds } of concernsOf(change, this.#ours)) {
      if (this.#waiting.has(controller)) continue;
      const timer = this.#ports.setTimer(withinMilliseconds, () => {
        this.#waiting.delete(controller);
        this.#ports.wake(controller);
      });
      this.#waiting.set(controller, timer);
    }
  }

  stop(): void {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }
}
