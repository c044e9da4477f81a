import { findAttribute, readText } from './netlink/attribute.js';
import { Channel } from './netlink/channel.js';
import { messageHeaderLength, messagesOf } from './netlink/message.js';
import { netlinkProtocol } from './netlink/socket.js';

/** A table in which something was made, changed or deleted, or that was deleted itself. */
export interface NftablesChange {
  readonly family: 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';
  readonly table: string;
}

export interface NftablesWatchOptions {
  /** A network namespace under `/run/netns` that the watch's thread enters for life. Absent: that of the caller. */
  readonly namespace?: string;
}

/** `NFNLGRP_NFTABLES` */
const group = 7;
/** `NFNL_SUBSYS_NFTABLES` */
const subsystem = 10;
/** `NFT_MSG_NEWGEN`, which tells only that a transaction ended. */
const newGeneration = 15;
/** `NFTA_TABLE_NAME`, `NFTA_CHAIN_TABLE`, `NFTA_RULE_TABLE`, …: the same in all of them. */
const tableAttribute = 1;
/** `nfgenmsg`: family, version, resource. */
const netfilterHeaderLength = 4;
const families = new Map<number, NftablesChange['family']>([
  [1, 'inet'],
  [2, 'ip'],
  [3, 'arp'],
  [5, 'netdev'],
  [7, 'bridge'],
  [10, 'ip6'],
]);

/** Tells of changes in nftables, by whomever: also what `iptables-nft` does. */
export interface NftablesWatch {
  /** Fulfils when nothing is told any more. */
  close(): Promise<void>;
}

/**
 * Calls `changed` for each table in which something changes, once for what came together; and `lost` when changes were missed. Rejects
 * when the kernel has no netfilter, or the namespace does not exist. It does not keep the process alive.
 */
export async function watchNftables(
  changed: (change: NftablesChange) => void,
  lost: () => void,
  options: NftablesWatchOptions = {},
): Promise<NftablesWatch> {
  const settings = {
    namespace: options.namespace ?? null,
    protocol: netlinkProtocol.netfilter,
    eventBufferBytes: 4 * 1024 * 1024,
    eventBacklogBytes: 4 * 1024 * 1024,
    requestBufferBytes: 64 * 1024,
  };
  const channel = await Channel.open(settings, {
    events: (bytes) => {
      for (const change of nftablesChanges(bytes)) changed(change);
    },
    overrun: lost,
  });
  try {
    await channel.join([group]);
  } catch (error) {
    await channel.close();
    throw error;
  }
  channel.unref();
  return { close: () => channel.close() };
}

/** The tables that notifications are about, each once. */
export function nftablesChanges(bytes: Uint8Array): readonly NftablesChange[] {
  const changes = new Map<string, NftablesChange>();
  for (const { type, view, offset, end } of messagesOf(bytes)) {
    if (type >> 8 !== subsystem || (type & 0xff) === newGeneration) continue;
    const header = offset + messageHeaderLength;
    if (header + netfilterHeaderLength > end) continue;
    const family = families.get(view.getUint8(header));
    const name = findAttribute(view, header + netfilterHeaderLength, end, tableAttribute);
    if (family === undefined || name === undefined) continue;
    const table = readText(view, name.offset, name.length);
    changes.set(`${family} ${table}`, { family, table });
  }
  return [...changes.values()];
}
