import type { Rule } from './expectations.js';
import type { Reading } from './read-vector.js';

/** What is expected of vectors about families other than unicast, and about the attributes that go with them. */

const accepted = (match: RegExp, reason: string, reading: Reading): Rule => ({
  match,
  reading,
  expect: 'accepted',
  reason,
});
const refused = (match: RegExp, reason: string, reading: Reading): Rule => ({
  match,
  reading,
  expect: 'refused',
  reason,
});
const read = (match: RegExp, reading: Reading): Rule => ({ match, reading });
const piece = (match: RegExp, reason: string): Rule => ({ match, isPiece: true, reason });

const nlri = (afi: number, safi: number): Reading => ({ as: 'nlri', family: [afi, safi] });
const communities = (...prefix: number[]): Reading => ({ as: 'attr-value', code: 16, prefix });

/** Octets with a length of two octets behind a type. */
const sized16 = (type: readonly number[], bytes: Uint8Array | readonly number[]): number[] => [
  ...type,
  bytes.length >>> 8,
  bytes.length & 0xff,
  ...bytes,
];

/** NLRI of `family` around the bytes. */
const around = (afi: number, safi: number, make: (bytes: Uint8Array) => readonly number[]): Reading => ({
  as: 'nlri',
  family: [afi, safi],
  wrap: (bytes) => Uint8Array.from(make(bytes)),
});

const RD = [0, 1, 192, 0, 2, 1, 0, 1];
const ESI = new Array<number>(10).fill(0);
const evpn = (type: number): Reading => around(25, 70, (bytes) => [type, bytes.length, ...bytes]);
/** A label and a prefix length behind which a route distinguisher makes a whole default route. */
const VPN_DEFAULT = [88, 0, 0, 0x11];

const DISORDER = 'RFC 9552 §5.1: TLVs that are not in the order of their types make an NLRI malformed';
const MULTICAST = 'BGP does not ask whether a prefix is multicast; policy does';

export const netgauzeFamilies: readonly Rule[] = [
  read(/community.rs:test_transitive_four_octet/, communities(2)),
  read(/community.rs:test_transitive_two_/, communities(0)),
  read(/community.rs:test_non_transitive_two_/, communities(0x40)),
  read(/community.rs:test_transitive_ipv4_/, communities(1)),
  read(/community.rs:test_evpn_/, communities(6)),
  read(/community.rs:test_unknown_/, communities(0x33)),
  read(/community.rs:test_upa_/, communities()),
  accepted(/nlri.rs:test_ipv4_multicast\/bad_unicast/, MULTICAST, nlri(1, 2)),
  accepted(/nlri.rs:test_ipv6_multicast\/bad_unicast/, MULTICAST, nlri(2, 2)),
  read(/nlri.rs:test_ipv4_multicast\//, nlri(1, 2)),
  read(/nlri.rs:test_ipv6_multicast\//, nlri(2, 2)),
  read(
    /nlri.rs:test_route_distinguisher\//,
    around(1, 128, (bytes) => [...VPN_DEFAULT, ...bytes]),
  ),
  read(/nlri.rs:test_labeled_ipv6_next_hop\//, {
    as: 'attr-value',
    code: 14,
    wrap: (bytes) => Uint8Array.from([0, 2, 128, ...bytes, 0, ...VPN_DEFAULT, ...RD]),
  }),
  read(/nlri.rs:test_ipv4_mpls_vpn_unicast\//, nlri(1, 128)),
  read(/nlri.rs:test_ipv4_mpls_vpn_unicast_add_path\//, { ...nlri(1, 128), addPath: true }),
  read(/nlri.rs:test_ipv6_mpls_vpn_unicast\//, nlri(2, 128)),
  read(/nlri.rs:test_ipv6_mpls_vpn_unicast_add_path\//, { ...nlri(2, 128), addPath: true }),
  read(
    /nlri.rs:test_mac_address\//,
    around(25, 70, (mac) => [2, 33, ...RD, ...ESI, 0, 0, 0, 0, 48, ...mac, 0, 0, 0, 0x11]),
  ),
  read(
    /nlri.rs:test_ethernet_tag\//,
    around(25, 70, (tag) => [3, 17, ...RD, ...tag, 32, 192, 0, 2, 1]),
  ),
  read(
    /nlri.rs:test_ethernet_segment_id\//,
    around(25, 70, (esi) => [4, 23, ...RD, ...esi, 32, 192, 0, 2, 1]),
  ),
  read(/nlri.rs:test_ethernet_auto_discovery\//, evpn(1)),
  read(/nlri.rs:test_mac_ip_advertisement\//, evpn(2)),
  read(/nlri.rs:test_inclusive_multicast/, evpn(3)),
  read(/nlri.rs:test_ethernet_segment_route\//, evpn(4)),
  read(/nlri.rs:test_l2_evpn_route\//, nlri(25, 70)),
  read(
    /nlri.rs:test_route_target_membership\//,
    around(1, 132, (bytes) => [96, ...bytes]),
  ),
  read(/nlri.rs:test_route_target_membership_address\//, nlri(1, 132)),
  read(/nlri.rs:test_ipv4_nlri_mpls_labels_address\//, nlri(1, 4)),
  accepted(
    /path_attribute.rs:test_parse_path_attribute_mp_(un)?reach_nlri_ipv6_multicast\/invalid/,
    MULTICAST,
    { as: 'path-attributes' },
  ),
  accepted(
    /path_attribute.rs:test_segment_identifier_bad_tlv_type/,
    'RFC 8669 §3: TLVs of a type that is not known are kept',
    { as: 'sized-value', code: 40 },
  ),
  read(/path_attribute.rs:test_segment_identifier\w+\//, { as: 'sized-value', code: 40 }),
  read(/bgp_ls.rs:test_wire\//, { as: 'path-attributes' }),
  read(/bgp_ls.rs:test_bgp_ls_(attr_parse|sid)\//, { as: 'sized-value', code: 29 }),
  read(/bgp_ls.rs:test_bgp_ls_nlri_parse\//, nlri(16388, 71)),
  refused(/bgp_ls.rs:test_bgp_ls_nlri_ipv[46]/, DISORDER, nlri(16388, 71)),
  refused(/bgp_ls.rs:test_bgp_ls_(vpn_)?mp_reach\//, DISORDER, { as: 'sized-value', code: 14 }),
  refused(/bgp_ls.rs:test_bgp_ls_vpn_mp_unreach\//, DISORDER, { as: 'sized-value', code: 15, addPath: true }),
];

const TLV: Reading = { as: 'link-state-tlv' };
const LINK_STATE_HEADER = [2, 0, 0, 0, 0, 0, 0, 0, 0];
/** BGP-LS NLRI of a type, around all that follows its length. */
const linkState = (type: number): Reading => around(16388, 71, (bytes) => sized16([0, type], bytes));
const nodeOf: Reading = around(16388, 71, (bytes) => sized16([0, 1], [...LINK_STATE_HEADER, ...bytes]));
/** The BGP-LS attribute stands there with type 0x29, which is not its own. */
const LINK_STATE_VALUE: Reading = { as: 'attr-value', code: 29, wrap: (bytes) => bytes.slice(3) };

const sidInformation = (subSub: Uint8Array | readonly number[]): number[] =>
  sized16([1], [...new Array<number>(21).fill(0), ...subSub]);
const service = (sub: Uint8Array | readonly number[]): number[] => sized16([5], [0, ...sub]);
const prefixSid = (make: (bytes: Uint8Array) => readonly number[]): Reading => ({
  as: 'attr-value',
  code: 40,
  wrap: (bytes) => Uint8Array.from(make(bytes)),
});
const subTlv = (tunnelType: number): Reading => ({
  as: 'attr-value',
  code: 23,
  wrap: (bytes) => Uint8Array.from(sized16([0, tunnelType], bytes)),
});

const WRONG_LENGTH = 'another type, another length than the value can have, or cut off: kept by its octets';
const VALUE = 'a value of the right length: what it means is left to who uses it (RFC 9552 §8.2.2)';
const MALFORMED_SID = 'RFC 9252 §7: a malformed SRv6 service withdraws its routes';
const READS = 'the test reads it';

export const gobgpFamilies: readonly Rule[] = [
  piece(/bgp_test.go:Test_LsTLV(IPReachabilityToIPNet|FlexAlgoDef_String)|FlexAlgoDef#3/, 'four octets'),
  refused(
    /bgp_test.go:Test_LsTLV(Decode#[123]|Serialize#[23]|FlexAlgoDef_Errors#1|Srv6\w+#2)$/,
    WRONG_LENGTH,
    TLV,
  ),
  accepted(/bgp_test.go:Test_LsTLV(Srv6SIDInfo|MultiTopoID|FlexAlgoDef|FADPrefix|Srv6\w+#1)/, VALUE, TLV),
  accepted(/bgp_test.go:Test_LsTLV\w+Masks\w+#1/, VALUE, TLV),
  accepted(
    /bgp_test.go:Test_LsTLV(IPv6(Interface|Neighbor)Addr|NodeFlagBits|NodeName|LinkName|NLinkName|IGPFlags|SrAlgorithm)#[123]$/,
    VALUE,
    TLV,
  ),
  accepted(
    /bgp_test.go:Test_LsTLV(IsisArea|IgpRouterID|SrCapabilities|LocalBlock|SIDLabel)#[1234]$/,
    VALUE,
    TLV,
  ),
  accepted(
    /bgp_test.go:Test_LsTLV(AdjacencySID|PrefixSID|Peer\w+SID|SourceRouterID|IPReachability)#[123]$/,
    VALUE,
    TLV,
  ),
  accepted(/bgp_test.go:Test_LsTLV(MaxLinkBw|MaxReservableLinkBw)#[124567]$/, VALUE, TLV),
  accepted(/bgp_test.go:Test_LsTLV(UnreservedBw#[1-6]|IGPMetric#[1-7])$/, VALUE, TLV),
  accepted(/bgp_test.go:Test_LsTLV(BgpRouterID)#1$/, VALUE, TLV),
  refused(/bgp_test.go:Test_LsTLVBgpRouterID#2$/, WRONG_LENGTH, TLV),
  accepted(/bgp_test.go:Test_LsTLVNodeDescriptor_Unknown/, 'sub-TLVs that are not known are kept', nodeOf),
  accepted(
    /bgp_test.go:Test_LsTLV(LinkID|IPv4\w+|Local\w+ID|Remote\w+ID|Opaque\w+|AutonomousSystem|BgpLsID|BgpConf\w+|Ospf\w+|AdminGroup|TEDefault\w+|\w+Delay|\w+DelayVariation)#[12]$/,
    VALUE,
    TLV,
  ),
  refused(/bgp_test.go:Test_LsTLV/, WRONG_LENGTH, TLV),
  ...[4, 6, 7, 8].map((length, i) =>
    accepted(new RegExp(`bgp_test.go:Test_parseIGPRouterID#${i + 1}$`), VALUE, {
      as: 'link-state-tlv',
      prefix: [2, 3, 0, length],
    }),
  ),
  refused(
    /bgp_test.go:Test_LsNodeDescriptor#[345]/,
    'RFC 9552 §8.2.2: a sub-TLV is cut off, or out of order',
    nodeOf,
  ),
  accepted(
    /bgp_test.go:Test_LsNodeDescriptor/,
    'RFC 9552 §8.2.2 does not ask which descriptors there are',
    nodeOf,
  ),
  refused(
    /bgp_test.go:Test_LsAddrPrefix#(2|4|13|17)$/,
    'RFC 9552 §8.2.2: cut off, or a prefix that does not fit into its TLV',
    nlri(16388, 71),
  ),
  refused(/bgp_test.go:Test_LsAddrPrefix#1[15]$/, DISORDER, nlri(16388, 71)),
  accepted(
    /bgp_test.go:Test_LsAddrPrefix/,
    'RFC 9552 §8.2.2 does not ask which descriptors there are',
    nlri(16388, 71),
  ),
  accepted(/bgp_test.go:Test_LsSrv6SIDNLRIMultiTopoID#1/, READS, linkState(6)),
  accepted(/bgp_test.go:Test_LsSrv6SIDNLRIMultiTopoID#2/, READS, TLV),
  accepted(/bgp_test.go:Test_Ls(LinkNLRI|LinkDescriptor)/, READS, linkState(2)),
  accepted(/bgp_test.go:Test_LsPrefixV4NLRI/, READS, linkState(3)),
  accepted(/bgp_test.go:Test_LsPrefixV6NLRI/, READS, linkState(4)),
  accepted(/bgp_test.go:Test_PathAttributeLs/, READS, LINK_STATE_VALUE),
  accepted(/bgp_test.go:Test_UnknownIP6Extended_PathAttribute/, READS, { as: 'path-attributes' }),
  accepted(/bgp_test.go:Test_UnknownIP6/, READS, { as: 'attr-value', code: 25 }),
  refused(/bgp_test.go:TestParseSubTLVs/, 'a sub-TLV is cut off', subTlv(8)),
  accepted(
    /bgp_test.go:TestMPLSLabelStackMissingBOS/,
    'RFC 8277 §2.2: the bottom bit is ignored where one label was negotiated, and one fits',
    nlri(1, 4),
  ),
  piece(/bgp_test.go:Test_EVPNIPPrefixRoute/, 'an address'),
  accepted(
    /bgp_test.go:Test_ParseEthernetSegmentIdentifier/,
    'all ten octets are kept, whatever the type says',
    around(25, 70, (value) => [4, 23, ...RD, 0, ...value, 32, 192, 0, 2, 1]),
  ),
  refused(
    /bgp_test.go:Test_UpdateAttributeScan.*#1/,
    'a next hop without routes is dropped: there is nothing to announce',
    { as: 'attr-value', code: 14 },
  ),
  piece(/mup_test.go:/, 'octets that are put behind a route'),
  piece(/sr_policy_test.go:/, 'an address'),
  accepted(/sr_policy_cpname_test.go:/, 'kept by its octets: a segment list that is none', subTlv(15)),
  refused(/prefix_sid_test.go:TestBGPUpdate/, MALFORMED_SID, { as: 'message' }),
  refused(/prefix_sid_test.go:TestPathAttributePrefixSIDMalformed/, MALFORMED_SID, { as: 'path-attributes' }),
  accepted(
    /prefix_sid_test.go:TestRoundTripSubSub/,
    READS,
    prefixSid((bytes) => service(sidInformation(bytes))),
  ),
  accepted(/prefix_sid_test.go:TestRoundTripSubTLV/, READS, prefixSid(service)),
  accepted(/prefix_sid_test.go:Test(RoundTripPrefixSID|NewPath)/, READS, { as: 'path-attributes' }),
  accepted(/prefix_sid_test.go:TestSRv6\w+Unknown/, 'what is not known is kept', {
    as: 'attr-value',
    code: 40,
  }),
  refused(
    /prefix_sid_test.go:TestSRv6SIDStructure/,
    MALFORMED_SID,
    prefixSid((bytes) => service(sidInformation(bytes))),
  ),
  piece(/prefix_sid_test.go:TestSRv6Information/, 'an address'),
];
