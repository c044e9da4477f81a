import { gobgpFamilies, netgauzeFamilies } from './family-expectations.js';
import type { Reading } from './read-vector.js';

/**
 * What we know about vectors beside what their source says: how the bytes are to be read, what we expect where the source
 * gives no verdict, and where we judge otherwise and why. By source and name only; the bytes stay where they are.
 */
export interface Rule {
  /** Matches `file.ext:name of the vector`. */
  readonly match: RegExp;
  /** How to read the bytes; absent for what is left out. */
  readonly reading?: Reading;
  /** Family, attribute or protocol that is not built, to which the bytes belong. */
  readonly unbuilt?: string;
  /** Too small a piece to be read: an address, or a value alone, of which a test makes more. */
  readonly isPiece?: true;
  /** What must come of it; needs a reason. Absent where the source gives a verdict. */
  readonly expect?: 'accepted' | 'refused';
  readonly reason?: string;
}

const accepted = (match: RegExp, reason: string, reading: Reading = { as: 'message' }): Rule => ({
  match,
  reading,
  expect: 'accepted',
  reason,
});

const refused = (match: RegExp, reason: string, reading: Reading = { as: 'message' }): Rule => ({
  match,
  reading,
  expect: 'refused',
  reason,
});

const read = (match: RegExp, reading: Reading): Rule => ({ match, reading });
const unbuilt = (match: RegExp, what: string): Rule => ({ match, unbuilt: what });

const MULTICAST = 'BGP does not ask whether a prefix is multicast; policy does';
const KEPT = 'a malformed capability that a session can do without is kept by its bytes and not used';
const HEADER_ONLY = 'only the header is there: the length does not match';
const NUMBERED = 'codes without a name are shown by their number; a NOTIFICATION is never answered';

const frr: readonly Rule[] = [
  accepted(
    /test_attr_parse.*-ebgp-oad$/,
    'one administrative domain (a draft) is not built: an external peer, whose LOCAL_PREF is dropped',
    { as: 'path-attributes', external: true },
  ),
  {
    match: /test_mp_attr.c:mp_reach\/IPv6(-2|-default)?$/,
    expect: 'refused',
    reason:
      'the next hop is a multicast address: FRR takes the attribute and drops the route as martian one step later',
  },
  unbuilt(/test_capability.c:dyncap\//, 'dynamic capability (a draft that was given up)'),
];

const netgauzeFragments: readonly Rule[] = [
  // capabilities.rs
  refused(
    /capabilities.rs:test_route_refresh\/bad|capabilities.rs:test_enhanced_route_refresh\/bad|test_extended_message\/bad/,
    'the capability is cut off',
    { as: 'capabilities' },
  ),
  accepted(
    /capabilities.rs:test_parse_add_path\/bad_send_receive/,
    'RFC 7911 §4: an entry with another value is ignored',
    { as: 'capabilities' },
  ),
  accepted(/capabilities.rs:test_extended_next_hop_encoding\/invalid_length/, KEPT, {
    as: 'cap-value',
    code: 5,
  }),
  accepted(
    /capabilities.rs:test_extended_next_hop_encoding\/invalid_(afi|safi)/,
    'families are numbers: unknown ones match nothing',
    { as: 'cap-value', code: 5 },
  ),
  read(/capabilities.rs:test_extended_next_hop_encoding\//, { as: 'cap-value', code: 5 }),
  read(/capabilities.rs:test_extended_next_hop_encodings\//, { as: 'capabilities', prefix: [5] }),
  accepted(
    /capabilities.rs:test_bgp_role_capability\/undefined_role/,
    'an unknown role is kept by its bytes; whether it mismatches is asked when roles are used',
    { as: 'capabilities' },
  ),
  accepted(/capabilities.rs:test_long_lived_graceful_restart_bad_length/, KEPT, { as: 'capabilities' }),
  accepted(/capabilities.rs:test_fqdn_capability_invalid_utf8/, KEPT, { as: 'capabilities' }),
  read(/capabilities.rs:/, { as: 'capabilities' }),
  // community.rs
  read(/community.rs:test_community\//, { as: 'attr-value', code: 8 }),
  read(/community.rs:test_upa_extended_community/, { as: 'attr-value', code: 16 }),
  // mod.rs
  read(/mod.rs:test_bgp_message_not_synchronized_marker/, { as: 'marker' }),
  accepted(/mod.rs:test_bgp_message_route_refresh\/bad/, 'RFC 7313 §5: unknown subtypes are ignored', {
    as: 'route-refresh-body',
  }),
  read(/mod.rs:test_bgp_message_route_refresh\//, { as: 'route-refresh-body' }),
  refused(
    /mod.rs:test_bgp_rfc7606_attr\//,
    'ORIGIN 255 withdraws the routes (RFC 7606 §7.1); the source parses on and notes it',
    { as: 'message', addPath: true },
  ),
  read(/mod.rs:test_bgp_add_path/, { as: 'message', addPath: true }),
  read(/mod.rs:/, { as: 'message' }),
  // nlri.rs
  accepted(/nlri.rs:test_ipv4_unicast\/bad_multicast/, MULTICAST, { as: 'nlri-ipv4' }),
  accepted(/nlri.rs:test_ipv6_unicast\/bad_multicast/, MULTICAST, { as: 'nlri-ipv6' }),
  read(/nlri.rs:test_ipv4_unicast\//, { as: 'nlri-ipv4' }),
  read(/nlri.rs:test_ipv6_unicast\//, { as: 'nlri-ipv6' }),
  // notification.rs
  accepted(/notification.rs:test_message_header_error\/bad/, NUMBERED, {
    as: 'notification-body',
    prefix: [1],
  }),
  accepted(/notification.rs:test_open_message_error\/bad/, NUMBERED, {
    as: 'notification-body',
    prefix: [2],
  }),
  accepted(/notification.rs:test_update_message_error\/bad/, NUMBERED, {
    as: 'notification-body',
    prefix: [3],
  }),
  accepted(/notification.rs:test_finite_state_machine_error\/bad/, NUMBERED, {
    as: 'notification-body',
    prefix: [5],
  }),
  accepted(/notification.rs:test_cease_error\/bad/, NUMBERED, { as: 'notification-body', prefix: [6] }),
  accepted(/notification.rs:test_route_refresh_error\/bad/, NUMBERED, {
    as: 'notification-body',
    prefix: [7],
  }),
  accepted(/notification.rs:test_bgp_notification_.*bad_undefined/, NUMBERED, { as: 'notification-body' }),
  read(/notification.rs:test_message_header_error\//, { as: 'notification-body', prefix: [1] }),
  read(/notification.rs:test_open_message_error\//, { as: 'notification-body', prefix: [2] }),
  read(/notification.rs:test_update_message_error\//, { as: 'notification-body', prefix: [3] }),
  read(/notification.rs:test_hold_timer_expired_error\//, { as: 'notification-body', prefix: [4] }),
  read(/notification.rs:test_finite_state_machine_error\//, { as: 'notification-body', prefix: [5] }),
  read(/notification.rs:test_cease_error\//, { as: 'notification-body', prefix: [6] }),
  read(/notification.rs:test_route_refresh_error\//, { as: 'notification-body', prefix: [7] }),
  read(/notification.rs:/, { as: 'notification-body' }),
  read(/^open.rs:/, { as: 'open-body' }),
  // path_attribute.rs
  read(/path_attribute.rs:test_origin_value\//, { as: 'sized-value', code: 1 }),
  read(/path_attribute.rs:test_as2_path_segment\//, { as: 'attr-value', code: 2, as2: true }),
  read(/path_attribute.rs:test_as4_path_segment\//, { as: 'attr-value', code: 2 }),
  read(/path_attribute.rs:test_as2_path_segments\/good_extended/, {
    as: 'sized-value',
    code: 2,
    as2: true,
    extended: true,
  }),
  read(/path_attribute.rs:test_as2_path_segments\//, { as: 'sized-value', code: 2, as2: true }),
  read(/path_attribute.rs:test_as4_path_segments\//, { as: 'sized-value', code: 2, extended: true }),
  read(/path_attribute.rs:test_next_hop\//, { as: 'sized-value', code: 3 }),
  read(/path_attribute.rs:test_multi_exit_discriminator\/.*extended/, {
    as: 'sized-value',
    code: 4,
    extended: true,
  }),
  read(/path_attribute.rs:test_multi_exit_discriminator\//, { as: 'sized-value', code: 4 }),
  read(/path_attribute.rs:test_local_preference\/.*extended/, { as: 'sized-value', code: 5, extended: true }),
  read(/path_attribute.rs:test_local_preference\//, { as: 'sized-value', code: 5 }),
  read(/path_attribute.rs:test_atomic_aggregate\/.*extended/, { as: 'sized-value', code: 6, extended: true }),
  read(/path_attribute.rs:test_atomic_aggregate\//, { as: 'sized-value', code: 6 }),
  read(/path_attribute.rs:test_as2_aggregator\/.*extended/, {
    as: 'sized-value',
    code: 7,
    as2: true,
    extended: true,
  }),
  read(/path_attribute.rs:test_as2_aggregator\//, { as: 'sized-value', code: 7, as2: true }),
  read(/path_attribute.rs:test_as4_aggregator\/.*extended/, { as: 'sized-value', code: 7, extended: true }),
  read(/path_attribute.rs:test_as4_aggregator\//, { as: 'sized-value', code: 7 }),
  refused(
    /path_attribute.rs:test_parse_path_attribute_communities\/good_zero/,
    'RFC 7606 §7.8: the length of COMMUNITIES must be a non-zero multiple of 4',
    { as: 'path-attributes' },
  ),
  accepted(
    /path_attribute.rs:test_mp_reach_nlri_ipv6\/invalid_/,
    'families are numbers: routes of one that was not negotiated are ignored',
    { as: 'sized-value', code: 14 },
  ),
  read(/path_attribute.rs:test_mp_reach_nlri_ipv6\/good_extended/, {
    as: 'sized-value',
    code: 14,
    extended: true,
  }),
  read(/path_attribute.rs:test_mp_reach_nlri_ipv6\//, { as: 'sized-value', code: 14 }),
  unbuilt(/path_attribute.rs:test_mp_reach_nlri_ipv4_ipv6_next_hop/, 'IPv4 with IPv6 next hops (RFC 8950)'),
  read(/path_attribute.rs:test_mp_reach_nlri_ipv4_mpls_labels_ipv6_next_hop/, {
    as: 'sized-value',
    code: 14,
    extended: true,
  }),
  accepted(/path_attribute.rs:test_parse_path_attribute_mp_unreach_nlri_ipv6_unicast\/invalid/, MULTICAST, {
    as: 'path-attributes',
  }),
  read(/path_attribute.rs:test_unknown_attribute\/good_extended/, { as: 'path-attributes', prefix: [0xd0] }),
  read(/path_attribute.rs:test_unknown_attribute\//, { as: 'path-attributes', prefix: [0xc0] }),
  read(/path_attribute.rs:.*as2_(path|aggregator)/, { as: 'path-attributes', as2: true }),
  read(/path_attribute.rs:.*as4_path_transitional/, { as: 'path-attributes', as2: true }),
  read(/path_attribute.rs:/, { as: 'path-attributes' }),
  // route_refresh.rs, update.rs, bgp_ls.rs
  accepted(/route_refresh.rs:.*bad_undefined/, 'RFC 7313 §5: unknown subtypes are ignored', {
    as: 'route-refresh-body',
  }),
  read(/route_refresh.rs:test_route_refresh_message/, { as: 'route-refresh-body' }),
  read(/update.rs:test_(withdraw_route|ipv4_nlri)\//, { as: 'nlri-ipv4' }),
  accepted(/update.rs:.*bad_multicast_nlri/, MULTICAST),
];

const gobgpFragments: readonly Rule[] = [
  unbuilt(/bfd_test.go:/, 'BFD'),
  unbuilt(/bmp_test.go:/, 'BMP'),
  refused(/bgp_test.go:Test_MalformedUpdateMsg/, 'the test wants each of them to fail', {
    as: 'update-body',
  }),
  accepted(/bgp_test.go:Test_RFC5512/, 'extended communities of any type are kept', {
    as: 'attr-value',
    code: 16,
  }),
  accepted(/bgp_test.go:TestMpReachZeroNexthopFamilyValidation#1/, 'a prefix of 24 bits', {
    as: 'nlri-ipv4',
  }),
  accepted(/bgp_test.go:TestMpReachZeroNexthopFamilyValidation#2/, 'a prefix of 32 bits', {
    as: 'nlri-ipv6',
  }),
  unbuilt(/bgp_test.go:Test_MpReachNLRIWithIPv4PrefixWithIPv6Nexthop/, 'IPv4 with IPv6 next hops (RFC 8950)'),
  refused(
    /bgp_test.go:Test_MpReachNLRIWithImplicitPrefix/,
    'a next hop alone is the form of MRT tables (RFC 6396 §4.3.4), not of an UPDATE',
    { as: 'path-attributes' },
  ),
  accepted(/bgp_test.go:Test_Mp(Unr|R)each/, 'the test reads them', { as: 'path-attributes' }),
  accepted(/bgp_test.go:Test_PathAttributeNextHop_InvalidLength#1/, 'four octets', { as: 'path-attributes' }),
  refused(/bgp_test.go:Test_PathAttributeNextHop_InvalidLength/, 'RFC 7606 §7.3: the length must be 4', {
    as: 'path-attributes',
  }),
  accepted(/bgp_test.go:Test_BGPOpenDecodeCapabilities/, 'the test reads it', { as: 'open-body' }),
  accepted(/bgp_test.go:TestAsPathDecoding2Byte/, 'the test reads it', { as: 'path-attributes', as2: true }),
  accepted(/bgp_test.go:TestAsPathDecoding4Byte/, 'the test reads it', { as: 'path-attributes' }),
  accepted(/bgp_test.go:Test_UpdateAttributeScan.*#2/, 'an ORIGIN', { as: 'path-attributes' }),
  accepted(/bgp_test.go:Test_UpdateAttributeScan.*#[45]/, 'a prefix of 24 bits', { as: 'nlri-ipv4' }),
  accepted(/vpls_test.go:Test_VPLSExtended/, 'extended communities of any type are kept', {
    as: 'path-attributes',
  }),
  unbuilt(/vpls_test.go:/, 'VPLS'),
];

const WELL_FORMED = 'well formed: the test builds or reads it';

const bgpkit: readonly Rule[] = [
  refused(/messages.rs:test_invalid_type/, 'type 6 does not exist'),
  refused(
    /messages.rs:.*with_orf_data/,
    'RFC 7313 §5: subtype 1 has a body of 4 octets; ORF entries go with subtype 0',
  ),
  refused(/messages.rs:.*truncated/, 'the body has 2 octets of 4'),
  refused(/:test_bgp_open_wire_fixtures|:test_parse_peer_up_insufficient_data/, HEADER_ONLY),
  accepted(/messages.rs:test_parse_bgp_route_refresh_message(_unknown_subtype)?#1/, WELL_FORMED),
  accepted(/messages.rs:test_bgp_marker_validation#1|messages.rs:test_encode_bgp_notification/, WELL_FORMED),
  refused(
    /:ris_live_message_missing.*#2/,
    'routes without any attribute: ORIGIN, AS_PATH and NEXT_HOP are missing',
  ),
  accepted(/:(ris_live_raw_full.rs#1|ris_live_message_missing|test_ris_live_msg)/, WELL_FORMED),
];

const bioRd: readonly Rule[] = [
  refused(/decoder_test.go:TestDecode#4/, 'an OPEN of 28 octets'),
  refused(/decoder_test.go:TestDecodeHeader#[12]/, 'a ROUTE-REFRESH without a body, and type 0'),
  refused(
    /:TestSerializeHeader#[12]|:TestWireLength|:TestSerializeRouteMonitoringMsg/,
    'not a message: header fields alone',
  ),
  refused(/decode_test.go:TestDecode#1/, 'optional parameter type 1 (authentication) is not supported: 2/4'),
  refused(
    /path_attributes_test.go:TestSerialize#2/,
    'routes without any attribute: ORIGIN, AS_PATH and NEXT_HOP are missing',
  ),
  refused(
    /path_attributes_test.go:TestSerializeAddPath#2/,
    'routes without any attribute: ORIGIN, AS_PATH and NEXT_HOP are missing',
    { as: 'message', addPath: true },
  ),
  accepted(/path_attributes_test.go:TestSerialize#4/, WELL_FORMED, { as: 'message', as2: true }),
  accepted(/path_attributes_test.go:TestSerializeAddPath#3/, WELL_FORMED, {
    as: 'message',
    as2: true,
    addPath: true,
  }),
  accepted(/path_attributes_test.go:TestSerializeAddPath#1/, WELL_FORMED, { as: 'message', addPath: true }),
  accepted(/update_sender_test.go:TestWithdrawPrefix#[14]/, WELL_FORMED, { as: 'message', addPath: true }),
  accepted(/bgp_integration_test.go:TestBGP#1$/, WELL_FORMED),
  refused(
    /bgp_integration_test.go:TestBGP#3/,
    'AS_PATH and NEXT_HOP of other lengths than their header says',
    {
      as: 'message',
      as2: true,
    },
  ),
  accepted(/bgp_integration_test.go:TestBGP#4/, WELL_FORMED, { as: 'message', as2: true }),
  accepted(/decoder_test.go:TestDecode#[123567]$/, WELL_FORMED),
  accepted(/encoder_test.go:|path_attributes_test.go:TestSerialize#[13]$/, WELL_FORMED),
  accepted(/update_sender_test.go:TestWithdrawPrefix#[23]$|decode_test.go:TestDecode#2$/, WELL_FORMED),
  accepted(/bgp_integration_test.go:TestBGP#2$/, WELL_FORMED),
];

const gobgpMessages: readonly Rule[] = [
  refused(/fsm_test.go:TestRecvMessageWithError_/, 'the test wants an error'),
];

const holo: readonly Rule[] = [
  refused(
    /:test_decode_malformed_updates#1\.1/,
    'routes without any attribute: ORIGIN, AS_PATH and NEXT_HOP are missing',
  ),
  refused(/:test_decode_malformed_updates#[12]\.2/, 'the bytes that follow a message'),
  refused(/:test_decode_malformed_updates#2\.1/, 'attributes run over the end of the message'),
  accepted(/msg_decoding.rs:|keepalive.rs:|notification.rs:notification.rs#1|^open.rs:open.rs#/, WELL_FORMED),
  accepted(/route_refresh.rs:route_refresh.rs#1|update.rs:update.rs#[12]$/, WELL_FORMED),
];

const netgauzeMessages: readonly Rule[] = [
  refused(/:test_connected_bgp_header_err/, 'the test wants an error'),
  refused(/:test_connect_update_err_msg/, 'the test wants an error'),
  refused(
    /:test_(bgp_sid|segment_identifier)_label_index#1/,
    'next hop 0.0.0.0: the routes are withdrawn (RFC 7606 §7.3)',
  ),
  accepted(/:serde_benchmark.rs#|bgp.rs:main#1|:test_bgp_sid_/, WELL_FORMED),
  accepted(/mod.rs:test_bgp_add_path.*#1/, WELL_FORMED, { as: 'message', addPath: true }),
  refused(
    /mod.rs:test_bgp_rfc7606_attr#1/,
    'attributes run over the end of the block, routes are withdrawn',
    {
      as: 'message',
      addPath: true,
    },
  ),
  accepted(
    /mod.rs:test_(bgp_message_open_multi_protocol|rd_withdraw|rd_announce|evpn_mp_reach)#1/,
    WELL_FORMED,
  ),
  accepted(/mod.rs:test_(evpn_withdraw|bgp_role_otc_open)#1/, WELL_FORMED),
  accepted(/:test_segment_identifier_label_index|:test_empty_update#1|:test_withdraw_update#1/, WELL_FORMED),
  accepted(/update.rs:test_update_non_unicast_nlri#1/, WELL_FORMED),
  accepted(/update.rs:test_update_non_unicast_nlri#2/, MULTICAST),
  refused(/update.rs:test_update_bad_length#1/, 'the lengths run over the end of the message'),
  accepted(/:test_bgp_ls_attribute_does_not_swallow/, WELL_FORMED),
];

const routecore: readonly Rule[] = [
  refused(/:new#1/, 'a header of ones alone'),
  refused(/:incomplete_msg/, HEADER_ONLY),
  accepted(/update.rs:as4path#1/, WELL_FORMED, { as: 'message', as2: true }),
  accepted(/update.rs:pa_communities#1/, WELL_FORMED, { as: 'message', addPath: true }),
  refused(/update.rs:bgpsec#1/, 'BGPsec_PATH instead of AS_PATH: without RFC 8205 AS_PATH is mandatory'),
  refused(/update.rs:invalid_withdrawals#1/, 'a prefix of 65 bits that is followed by octets of 64'),
  refused(/:invalid_mp_unreach_nlri#1/, 'the test is about its being malformed'),
  accepted(
    /^(notification|open|update|update_builder|routerefresh|mod|message).rs:[a-z0-9_]+#1(\.[12])?$/,
    WELL_FORMED,
  ),
];

/** Rules by project of the source. The first that matches counts. */
export const rules: Readonly<Record<string, readonly Rule[]>> = {
  'bgpkit-parser': bgpkit,
  'bio-rd': bioRd,
  frr,
  gobgp: [...gobgpFamilies, ...gobgpMessages, ...gobgpFragments],
  holo,
  netgauze: [...netgauzeFamilies, ...netgauzeMessages, ...netgauzeFragments],
  routecore,
};
