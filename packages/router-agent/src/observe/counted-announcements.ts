import type { Change, ChangeFailure, Driver } from '../items/item.js';
import type { Metrics } from './metrics.js';

/** Counts what `driver` announces and withdraws, under kube-router's labels. */
export function countedAnnouncements<T extends { readonly owner: string }>(
  driver: Driver<T>,
  metrics: Metrics,
): Driver<T> {
  const count = (change: Change<T>): void => {
    const owner = (change.after ?? change.before)?.owner;
    const vip = change.after === undefined ? 'withdraw-vip' : 'advertise-vip';
    const type = owner === 'pod-cidr' ? 'pod-route' : vip;
    metrics.count('kube_router_controller_bgp_advertisements_sent', 1, type);
  };
  return {
    kind: driver.kind,
    read: (signal) => driver.read(signal),
    apply: async (changes, signal): Promise<readonly ChangeFailure[]> => {
      changes.forEach(count);
      return driver.apply(changes, signal);
    },
  };
}
