/** What is left out or refused in MRT files, by file and by what is told, how often, and why that is right. */
export const damaged: Readonly<
  Record<string, Readonly<Record<string, { readonly count: number; readonly reason: string }>>>
> = {
  'mrtparse/bird-mrtdump_rib': {
    'ORIGIN is missing': { count: 6, reason: 'routes of other protocols than BGP, without attributes' },
  },
  'mrtparse/bird6_bgp': {
    'a prefix of ipv6-unicast is malformed': {
      count: 6,
      reason: 'messages with path identifiers in records that cannot say so (written before RFC 8050)',
    },
  },
  'mrtparse/bird_bgp': {
    'a prefix of ipv4-unicast is malformed': {
      count: 6,
      reason: 'messages with path identifiers in records that cannot say so (written before RFC 8050)',
    },
  },
  'mrtparse/openbgpd_rib_table': {
    'AGGREGATOR is malformed (8 octets)': {
      count: 1,
      reason: 'an AGGREGATOR of four-octet AS in a table of two-octet ones: dropped, the route stays',
    },
  },
  'mrtparse/openbgpd_rib_table-mp': {
    'AGGREGATOR is malformed (8 octets)': {
      count: 1,
      reason: 'an AGGREGATOR of four-octet AS in a table of two-octet ones: dropped, the route stays',
    },
  },
  'bgpkit-ripe/rrc00_1999.09_updates.19990903.1041.gz': {
    'AGGREGATOR is malformed (6 octets)': {
      count: 24,
      reason: 'AGGREGATOR of AS 0 (RFC 7607): dropped, the route stays',
    },
  },
  'bgpkit-ripe/rrc00_2000.03_updates.20000325.0345.gz': {
    'withdrawn routes of 33274 octets do not fit into the UPDATE': {
      count: 1,
      reason: 'a record boundary in the wrong place',
    },
    'record type 32305': { count: 1, reason: 'what follows it is no record' },
    'the last record is cut off': { count: 1, reason: 'what follows it is no record' },
  },
  'bgpkit-ripe/rrc01_2000.11_updates.20001104.0124.gz': {
    'shorter than a header': { count: 21, reason: 'records without a message in them' },
  },
};
