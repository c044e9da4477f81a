/** One way out of a route. At least a gateway or an interface is there, except in routes that drop packets. */
export interface NextHop {
  /** 4 or 16 octets; an IPv4 route may have an IPv6 gateway (RFC 8950). */
  readonly gateway?: Uint8Array;
  /** Needed with a link-local gateway; otherwise the kernel finds the interface by the gateway. */
  readonly interfaceIndex?: number;
  /** 1 to 256 among the next hops of a route; absent means 1. */
  readonly weight?: number;
  /** Take the gateway as reachable on the interface without a route to it. */
  readonly onlink?: boolean;
}

/** The kinds of routes the kernel has (`RTN_*`), by their numbers. */
export const routeTypes = [
  'unspecified',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
] as const;

export type RouteType = (typeof routeTypes)[number];

/** A route as the kernel holds it. */
export interface Route {
  readonly family: 4 | 6;
  /** 4 or 16 octets, no bits set after the prefix length. */
  readonly destination: Uint8Array;
  readonly prefixLength: number;
  /** 254 is the main table. */
  readonly table: number;
  /** Who made it (`RTPROT_*`): 2 the kernel, 4 the administrator, 17 is ours by convention. */
  readonly protocol: number;
  /**
   * Lower wins. Written as 0 it is the kernel's default, which for IPv6 is {@link ipv6DefaultMetric} and is read
   * back as such.
   */
  readonly metric: number;
  readonly nextHops: readonly NextHop[];
  /**
   * The kernel's next hop object that the route goes by. When reading, `nextHops` are those of the object, but none where
   * `net.ipv4.nexthop_compat_mode` is 0. When writing they are not looked at.
   */
  readonly nextHopId?: number;
  /** Absent when writing: unicast. */
  readonly type?: RouteType;
  /** Absent when writing: `link` (253) for an IPv4 route without a gateway, else `universe` (0). */
  readonly scope?: number;
  /** The source address of packets that leave by this route, unless they have one. */
  readonly preferredSource?: Uint8Array;
}

/** The main routing table. */
export const mainTable = 254;

/** What the kernel makes of metric 0 in an IPv6 route. */
export const ipv6DefaultMetric = 1024;

/*
 * rtmsg, the payload of route messages, followed by attributes:
 *
 *    0      1       2       3    4     5        6     7    8
 *   +------+-------+-------+---+-----+--------+-----+----+---------+
 *   |family|dst len|src len|tos|table|protocol|scope|type|flags u32|
 *   +------+-------+-------+---+-----+--------+-----+----+---------+
 *
 * rtnexthop, the records of RTA_MULTIPATH, each with attributes of its own:
 *
 *    0      2     3        4
 *   +------+-----+--------+---------------+
 *   |length|flags|weight-1|interface index|
 *   +------+-----+--------+---------------+
 */
export const routeHeaderLength = 12;
export const nextHopHeaderLength = 8;

export const routeMessage = { create: 24, delete: 25, get: 26 } as const;

export const routeAttribute = {
  destination: 1,
  outputInterface: 4,
  gateway: 5,
  priority: 6,
  preferredSource: 7,
  multipath: 9,
  table: 15,
  via: 18,
  nextHopId: 30,
} as const;

/** `RTNH_F_ONLINK`, in the flags of a route or of a next hop. */
export const onlinkFlag = 4;
export const addressFamily = { 4: 2, 6: 10 } as const;
