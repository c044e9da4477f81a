/** Path attribute type codes (IANA "BGP Path Attributes") that have a row in the attribute table. */
export const AttributeCode = {
  /** RFC 4271 §5.1 */
  Origin: 1,
  AsPath: 2,
  NextHop: 3,
  Med: 4,
  LocalPref: 5,
  AtomicAggregate: 6,
  Aggregator: 7,
  /** RFC 1997 */
  Communities: 8,
  /** RFC 4456 §8 */
  OriginatorId: 9,
  ClusterList: 10,
  /** RFC 4760 §3, §4 */
  MpReach: 14,
  MpUnreach: 15,
  /** RFC 4360 */
  ExtendedCommunities: 16,
  /** RFC 6793 §3 */
  As4Path: 17,
  As4Aggregator: 18,
  /** RFC 6514 §5 */
  PmsiTunnel: 22,
  /** RFC 9012 §2 */
  TunnelEncapsulation: 23,
  /** RFC 5701 */
  Ipv6ExtendedCommunities: 25,
  /** RFC 7311 */
  Aigp: 26,
  /** RFC 9552 §5.3 */
  LinkState: 29,
  /** RFC 8092 */
  LargeCommunities: 32,
  /** RFC 9234 §5 */
  OnlyToCustomer: 35,
  /** RFC 8669 */
  PrefixSid: 40,
  /** RFC 6368 §5 */
  AttributeSet: 128,
} as const;

/** Bits of the attribute flags octet (RFC 4271 §4.3). */
export const AttributeFlag = {
  Optional: 0x80,
  Transitive: 0x40,
  Partial: 0x20,
  ExtendedLength: 0x10,
} as const;

/** AS_PATH segment types (RFC 4271 §4.3, RFC 5065 §3). */
export const SegmentType = { Set: 1, Sequence: 2, ConfedSequence: 3, ConfedSet: 4 } as const;

/** Stands in for an AS number that needs four octets (RFC 6793 §9). */
export const AS_TRANS = 23456;
