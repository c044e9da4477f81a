/** Capability codes (IANA "Capability Codes"). */
export const CapabilityCode = {
  /** RFC 4760 §8 */
  Multiprotocol: 1,
  /** RFC 2918 §2 */
  RouteRefresh: 2,
  /** RFC 5291 §5 */
  OutboundRouteFiltering: 3,
  /** RFC 8950 §4 */
  ExtendedNextHop: 5,
  /** RFC 8654 §3 */
  ExtendedMessage: 6,
  /** RFC 9234 §4.1 */
  Role: 9,
  /** RFC 4724 §3 */
  GracefulRestart: 64,
  /** RFC 6793 §3 */
  FourOctetAs: 65,
  /** RFC 7911 §4 */
  AddPath: 69,
  /** RFC 7313 §3.1 */
  EnhancedRouteRefresh: 70,
  /** RFC 9494 §3 */
  LongLivedGracefulRestart: 71,
  /** draft-walton-bgp-hostname-capability */
  Fqdn: 73,
  /** draft-ietf-idr-bgp-version-capability */
  SoftwareVersion: 75,
  /** draft-ietf-idr-linklocal-capability */
  LinkLocalNextHop: 77,
} as const;
