import { BgpError, formatCommunity, parseCommunity, routeEdits } from '@peerage/bgp';
import { type FlagType, type Parsed, text, unsigned } from '../../config/flag-type.js';
import { formatIp, isIpv4, parseIp } from '../../items/ip.js';

const u32 = 4_294_967_295;

/** AS numbers; 23456 stands for those that do not fit (RFC 6793 §9). */
export const asNumber = unsigned('uint32', [1, 23455], [23457, u32]);
export const number32 = unsigned('uint32', [0, u32]);
export const repeats = unsigned('uint8', [1, 255]);

/** Names that GoBGP has, and the library has not. */
const moreNames: Readonly<Record<string, number>> = {
  internet: 0,
  'planned-shut': 0xffff0000,
  'route-filter-translated-v4': 0xffff0002,
  'route-filter-v4': 0xffff0003,
  'route-filter-translated-v6': 0xffff0004,
  'route-filter-v6': 0xffff0005,
};

function checked(allowed: string, example: string, read: (given: string) => string): FlagType<string> {
  return {
    ...text(example, allowed),
    parse(given): Parsed<string> {
      try {
        return { ok: true, value: read(given) };
      } catch (error) {
        if (error instanceof BgpError) return { ok: false, must: allowed };
        throw error;
      }
    },
  };
}

/** A community (RFC 1997) in the form that policies show. */
export const community = checked(
  'a community: 64512:1 with both parts 0 … 65535, a number 0 … 4294967295, or a well-known name such as no-export',
  '64512:1',
  (given) => formatCommunity(moreNames[given.toLowerCase()] ?? parseCommunity(given)),
);

export const largeCommunity = checked(
  'a large community, 64512:1:2 with parts 0 … 4294967295',
  '64512:1:2',
  (given) => {
    routeEdits({ addLargeCommunities: [given] });
    return given;
  },
);

export const extendedCommunity = checked(
  'an extended community, rt:64512:1, soo:192.0.2.1:7 or 16 hex digits',
  'rt:64512:1',
  (given) => {
    routeEdits({ addExtendedCommunities: [given] });
    return given;
  },
);

/** An address in canonical text. */
export const address: FlagType<string> = {
  ...text('192.0.2.1'),
  goName: 'ip',
  allowed: 'an IP address',
  parse(given) {
    const bytes = given.includes('%') ? null : parseIp(given);
    return bytes === null ? { ok: false, must: 'an IP address' } : { ok: true, value: formatIp(bytes) };
  },
};

const clusterIdText = 'a cluster id: 1 … 4294967295, or a dotted quad other than 0.0.0.0';

/** Cluster id of route reflection (RFC 4456 §7) as dotted quad; numbers are written in network order. */
export const clusterId: FlagType<string> = {
  ...text('1', clusterIdText),
  parse(given) {
    const bytes = parseIp(given);
    if (bytes !== null && isIpv4(bytes) && bytes.some((octet) => octet !== 0)) {
      return { ok: true, value: formatIp(bytes) };
    }
    const number = /^\d{1,10}$/.test(given) ? Number(given) : 0;
    if (number < 1 || number > u32) return { ok: false, must: clusterIdText };
    const octets = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255);
    return { ok: true, value: octets.join('.') };
  },
};
