import { type Netlink, type NetlinkEvent, type NftablesWatch, watchNftables } from '@peerage/linux';
import type { HostChange } from './controllers/host-changes.js';
import { vxlanLink } from './desired/overlay.js';
import { overlayTable } from './items/policy-routing.js';

/** Tells what others change on this host, as far as the agent keeps it. Returns how to stop. */
export function hostEvents(
  netlink: Pick<Netlink, 'subscribe' | 'links'>,
  changed: (change: HostChange) => void,
): () => void {
  let vxlanIndex: number | null = null;
  void netlink.links
    .get(vxlanLink)
    .then((link) => {
      vxlanIndex ??= link?.index ?? null;
    })
    .catch(() => {});
  const take = (event: NetlinkEvent): void => {
    switch (event.kind) {
      case 'link':
        if (event.link.name === vxlanLink) vxlanIndex = event.action === 'new' ? event.link.index : null;
        changed({ kind: 'link', name: event.link.name });
        return;
      case 'route':
        if (event.route.table === overlayTable) changed({ kind: 'policy-routing' });
        return;
      case 'rule':
        if (event.rule.table === overlayTable) changed({ kind: 'policy-routing' });
        return;
      case 'neighbour':
        if (event.interfaceIndex === vxlanIndex) changed({ kind: 'vxlan-peers' });
        return;
      case 'overrun':
        changed({ kind: 'unknown' });
        return;
      case 'address':
      case 'nextHop':
    }
  };
  const end = netlink.subscribe(['link', 'route', 'rule', 'neighbour'], take);
  // A kernel without nftables has no tables of ours; with them, the period is what is left if this fails.
  const tables = watchNftables(
    ({ family, table }) => changed({ kind: 'nft-table', family, name: table }),
    () => changed({ kind: 'unknown' }),
  ).catch((): NftablesWatch | null => null);
  return () => {
    end();
    void tables.then((watch) => watch?.close());
  };
}
