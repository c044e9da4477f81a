// The door `@peerage/bgp/codec`: messages and their parts, without sessions and tables.

export type { AttributeContext } from './attributes/attribute-context.js';
export { canonicalize, decodeCanonical, encodeCanonical } from './attributes/canonical.js';
export { formatCommunity } from './attributes/communities.js';
export type {
  Aggregator,
  AsPathSegment,
  Origin,
  PathAttributes,
  UnknownAttribute,
} from './attributes/path-attributes.js';
export type { AttributeEdits, Rewrite } from './attributes/rewrite.js';
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
export type { KeyLayout, NlriCodec, NlriKey } from './nlri/nlri.js';
export { createNlriKey, nlriCodec } from './nlri/nlri.js';
export type { ShownNlri } from './nlri/show-nlri.js';
export { ByteWriter } from './wire/byte-writer.js';
export { fromHex, toHex } from './wire/hex.js';
export type { Fault, Result, Severity } from './wire/result.js';
