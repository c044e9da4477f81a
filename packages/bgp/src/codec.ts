// The door `@peerage/bgp/codec`: messages and their parts, without sessions and tables.

export type { AttributeContext } from './attributes/attribute-context.js';
export type { AttributeEdits } from './attributes/attribute-edits.js';
export { canonicalize, decodeCanonical, encodeCanonical } from './attributes/canonical.js';
export { formatCommunity } from './attributes/communities.js';
export type { ExtendedCommunity } from './attributes/extended-community.js';
export { describeExtendedCommunity, encodeExtendedCommunity } from './attributes/extended-community.js';
export type {
  Aggregator,
  AsPathSegment,
  AttributeSet,
  Origin,
  PathAttributes,
  PmsiTunnel,
  Tunnel,
  UnknownAttribute,
} from './attributes/path-attributes.js';
export type { Rewrite } from './attributes/rewrite.js';
export { rewriteCanonical } from './attributes/rewrite.js';
export type { SessionEncoding } from './attributes/session-attributes.js';
export { encodeForSession } from './attributes/session-attributes.js';
export type { AttributeSummary } from './attributes/summary.js';
export { createSummary, SummaryFlag, summarize } from './attributes/summary.js';
export { decodeCapabilities, encodeCapabilities } from './capabilities/capabilities.js';
export type { AddPathMode, BgpRole, Capability, CapabilityName } from './capabilities/capability.js';
export type { Negotiated, Offer } from './capabilities/negotiate.js';
export { asOf, familiesOf, findCapability, negotiate } from './capabilities/negotiate.js';
export { showCapability } from './capabilities/show-capability.js';
export type { BgpErrorCode, BgpErrorDetails } from './errors.js';
export { BgpError } from './errors.js';
export {
  CeaseError,
  ErrorCode,
  FsmError,
  HeaderError,
  OpenError,
  RouteRefreshError,
  UpdateError,
} from './iana/error-code.js';
export type {
  DecodedMessage,
  DecodeError,
  DecodeOptions,
  ShownAttribute,
  ShownFault,
} from './message/decode-message.js';
export { decodeMessage } from './message/decode-message.js';
export type { FrameStatus } from './message/framer.js';
export { Framer } from './message/framer.js';
export { encodeKeepalive } from './message/keepalive.js';
export { MessageType } from './message/message-type.js';
export type { NotificationMessage } from './message/notification.js';
export {
  decodeNotification,
  encodeNotification,
  encodeShutdownCommunication,
  notificationText,
  shutdownCommunication,
} from './message/notification.js';
export type { OpenMessage } from './message/open.js';
export { createOpen, decodeOpen, encodeOpen, vetOpen, vetOpenFields } from './message/open.js';
export type { RouteRefreshMessage } from './message/route-refresh.js';
export { decodeRouteRefresh, encodeRouteRefresh, RefreshSubtype } from './message/route-refresh.js';
export type { UpdateContext } from './message/update-context.js';
export type { KeySource, PackerOptions } from './message/update-packer.js';
export { UpdatePacker } from './message/update-packer.js';
export type { UpdateOutcome } from './message/update-reader.js';
export { UpdateReader } from './message/update-reader.js';
export { addressToU32, formatAddress, isAddress, parseAddress, u32ToAddress } from './net/address.js';
export type { Family, FamilyKey } from './net/family.js';
export { familyOf, IPV4_UNICAST, IPV6_UNICAST, parseFamily } from './net/family.js';
export type { Prefix } from './net/prefix.js';
export { formatPrefix, parsePrefix } from './net/prefix.js';
export type { EncapsulationEndpoint } from './nlri/encapsulation.js';
export type { EvpnRoute } from './nlri/evpn.js';
export type { Flowspec } from './nlri/flowspec.js';
export type {
  BitmaskTest,
  FlowspecComponent,
  FlowspecName,
  FlowspecNumber,
  NumericOperator,
  NumericTest,
} from './nlri/flowspec-component.js';
export { compareFlowspecs } from './nlri/flowspec-order.js';
export type { Framing } from './nlri/framing.js';
export type { LabeledPrefix } from './nlri/labeled-unicast.js';
export type { LinkStateNlri, LinkStateType } from './nlri/link-state.js';
export type { MupRoute } from './nlri/mup.js';
export type { KeyLayout, NlriCodec, NlriKey } from './nlri/nlri.js';
export { createNlriKey, nlriCodec } from './nlri/nlri.js';
export type { NlriValue } from './nlri/opaque-families.js';
export { encodeNlri, opaqueFamilies, opaqueNlriCodec } from './nlri/opaque-families.js';
export type { NlriReading, NlriSpan, OpaqueNlriCodec } from './nlri/opaque-nlri-codec.js';
export { createNlriSpan } from './nlri/opaque-nlri-codec.js';
export type { RawNlri } from './nlri/raw-nlri.js';
export { rawNlriCodec } from './nlri/raw-nlri.js';
export type { RouteTargetMembership } from './nlri/route-target.js';
export type { ShownNlri } from './nlri/show-nlri.js';
export type { SrPolicyNlri } from './nlri/sr-policy.js';
export type { Tlv } from './nlri/tlv-set.js';
export type { VpnPrefix } from './nlri/vpn-unicast.js';
export { ByteWriter } from './wire/byte-writer.js';
export { fromHex, toHex } from './wire/hex.js';
export type { Fault, Result, Severity } from './wire/result.js';
