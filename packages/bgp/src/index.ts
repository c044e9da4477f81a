export type {
  Aggregator,
  AsPathSegment,
  Origin,
  PathAttributes,
  UnknownAttribute,
} from './attributes/path-attributes.js';
export type { BgpRole } from './capabilities/capability.js';
export { BgpError } from './errors.js';
export type { Family, FamilyKey } from './net/family.js';
export { IPV4_UNICAST, IPV6_UNICAST } from './net/family.js';
export type { RpkiState } from './net/rpki-state.js';
export { type AsPathPattern, asPathPattern } from './policy/as-path-pattern.js';
export { formatCommunity, parseCommunity } from './policy/community.js';
export type { PolicyOptions, Statement } from './policy/compile.js';
export { policy, policyFunction } from './policy/compile.js';
export { acceptAll, ebgpDefault, rejectAll } from './policy/defaults.js';
export type { EditsDeclaration } from './policy/edits.js';
export { routeEdits } from './policy/edits.js';
export type { Match, PeerMatch } from './policy/match.js';
export type { NumberRange } from './policy/number-range.js';
export type { PoliciesDeclaration, PolicyDeclaration } from './policy/policies.js';
export { compilePolicies } from './policy/policies.js';
export type {
  PeerRole,
  Policy,
  PolicyInput,
  PolicyPeer,
  PolicyResult,
  PrefixClasses,
  RouteEdits,
  RouteView,
} from './policy/policy.js';
export type { PolicySets } from './policy/policy-sets.js';
export type { PrefixList, PrefixRule } from './policy/prefix-list.js';
export { prefixList } from './policy/prefix-list.js';
export { blackhole, gracefulShutdown } from './policy/well-known-policies.js';
export type { Clock, Timer } from './ports/clock.js';
export type { LocalInterface } from './ports/local-interface.js';
export type { Log, LogLevel } from './ports/log.js';
export { silentLog } from './ports/log.js';
export type { NeighbourDiscovery } from './ports/neighbour-discovery.js';
export type { NextHopState, NextHopTracker } from './ports/next-hop-tracker.js';
export type { OriginValidator } from './ports/origin-validator.js';
export type { Random } from './ports/random.js';
export type {
  AoAlgorithm,
  AoKey,
  AoState,
  ConnectTarget,
  Endpoint,
  Listener,
  ListenTarget,
  SocketFactory,
  SocketFeature,
  SocketProtection,
  Transport,
  TransportHandler,
} from './ports/transport.js';
export type { RehearsalOptions } from './rehearsal/rehearse.js';
export { rehearse } from './rehearsal/rehearse.js';
export type { ChangesOptions, RouteEvent } from './speaker/feeds/change-stream.js';
export type { ChangedRoute } from './speaker/feeds/changed-routes.js';
export { changedRoutes } from './speaker/feeds/changed-routes.js';
export type { PrefixWords, RouteChanges, RouteSink } from './speaker/feeds/route-sink.js';
export type { Aggregates } from './speaker/local/aggregator.js';
export type { AnnounceResult, AnnounceWaitOptions } from './speaker/local/announce-watch.js';
export type { Aggregate, AggregateStatus } from './speaker/settings/aggregate.js';
export type { CloseOptions } from './speaker/settings/close-options.js';
export type {
  Acceptor,
  AnnouncedNlri,
  Announcement,
  Confederation,
  DefaultOriginate,
  FamilyName,
  GracefulRestartConfig,
  GroupedPeer,
  LocalAs,
  MaxPrefixes,
  PeerConfig,
  PeerGroup,
  PeerLimits,
  PeerRange,
  RelayedFamily,
  RouteRef,
  SpeakerConfig,
  SpeakerPorts,
  TableLimits,
} from './speaker/settings/config.js';
export type {
  PlanRow,
  WantedAggregate,
  WantedConfiguration,
  WantedGroup,
  WantedPeer,
  WantedRange,
} from './speaker/settings/configuration.js';
export type { FlowspecValidation } from './speaker/settings/flowspec-validation.js';
export type { LinkLocalForm } from './speaker/settings/link-local-form.js';
export type { PeerChange } from './speaker/settings/peer-change.js';
export type { CeaseNotification, ResetOptions } from './speaker/settings/reset-options.js';
export type { TcpAoKey } from './speaker/settings/tcp-ao-key.js';
export { BgpSpeaker } from './speaker/speaker.js';
export type {
  NotificationRecord,
  PrefixAlarm,
  SessionError,
  SessionErrorCode,
  SpeakerEvents,
} from './speaker/views/events.js';
export type { ExportExplanation, PolicyExplanation, RouteExplanation } from './speaker/views/explanation.js';
export type {
  DeferralStatus,
  HeldDown,
  MessageCounts,
  OwnedRoute,
  PathStatus,
  PeerAoStatus,
  PeerFamilyStatus,
  PeerState,
  PeerStatus,
  RetentionStatus,
  RoutePage,
  RouteQuery,
  RouteStatus,
  SpeakerStatus,
} from './speaker/views/status.js';
