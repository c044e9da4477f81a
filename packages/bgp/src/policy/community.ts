import { BgpError, showValue } from '../errors.js';
import { WellKnownCommunity } from '../iana/well-known-community.js';

/** Well-known communities by name: RFC 1997, 3765, 7611, 7999, 8326, 9494. */
const wellKnown: ReadonlyMap<string, number> = new Map([
  ['graceful-shutdown', WellKnownCommunity.GracefulShutdown],
  ['accept-own', 0xffff0001],
  ['llgr-stale', WellKnownCommunity.LlgrStale],
  ['no-llgr', WellKnownCommunity.NoLlgr],
  ['blackhole', WellKnownCommunity.Blackhole],
  ['no-export', WellKnownCommunity.NoExport],
  ['no-advertise', WellKnownCommunity.NoAdvertise],
  ['no-export-subconfed', WellKnownCommunity.NoExportSubconfed],
  ['no-peer', 0xffffff04],
]);

const nameByValue: ReadonlyMap<number, string> = new Map(
  [...wellKnown].map(([name, value]) => [value, name]),
);

/**
 * A community (RFC 1997) as 32-bit number, from `64512:1`, a well-known name such as `no-export`, decimal text, or
 * the number itself. Throws `BgpError` with code `BGP_ERR_COMMUNITY`.
 *
 * @example
 * parseCommunity('64512:1'); // 4227858433
 * parseCommunity('no-export'); // 4294967041
 */
export function parseCommunity(community: string | number): number {
  if (typeof community === 'number') {
    if (Number.isInteger(community) && community >= 0 && community <= 0xffffffff) return community;
    throw badCommunity(community);
  }
  const known = wellKnown.get(community.trim().toLowerCase());
  if (known !== undefined) return known;
  const parts = /^(\d{1,5}):(\d{1,5})$/.exec(community.trim());
  if (parts !== null) {
    const [high, low] = [Number(parts[1]), Number(parts[2])];
    if (high <= 0xffff && low <= 0xffff) return high * 0x10000 + low;
  } else if (/^\d{1,10}$/.test(community.trim()) && Number(community) <= 0xffffffff) {
    return Number(community);
  }
  throw badCommunity(community);
}

/**
 * The name of a well-known community, else `64512:1`.
 *
 * @example
 * formatCommunity(0xfc000001); // '64512:1'
 * formatCommunity(0xffffff01); // 'no-export'
 */
export function formatCommunity(community: number): string {
  return nameByValue.get(community) ?? `${community >>> 16}:${community & 0xffff}`;
}

function badCommunity(value: string | number): BgpError {
  const allowed = `"ASN:VALUE" with both 0 … 65535, a number 0 … 4294967295, or one of ${[...wellKnown.keys()].join(', ')}`;
  return new BgpError('BGP_ERR_COMMUNITY', `a community is ${allowed}; got ${showValue(value)}`, {
    path: 'community',
    value,
    allowed,
  });
}
