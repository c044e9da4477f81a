import { egressTable } from '../desired/egress.js';
import { podBridge } from '../desired/host.js';
import type { Concern } from './concern-watch.js';

/** Something on this host that somebody has changed, as the kernel told. */
export type HostChange =
  | { readonly kind: 'link'; readonly name: string }
  | { readonly kind: 'policy-routing' }
  | { readonly kind: 'vxlan-peers' }
  | { readonly kind: 'nft-table'; readonly family: string; readonly name: string }
  /** Changes were missed. */
  | { readonly kind: 'unknown' };

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
