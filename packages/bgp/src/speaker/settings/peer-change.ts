import { canRollOver } from './ao-keys.js';
import type { PeerSettings } from './peer-settings.js';

/** What a changed peer configuration does: nothing, something at once, or a new session. */
export type PeerChange = 'unchanged' | 'live' | 'reset';

/** `refresh` is live too: routes are judged and advertised anew, the session stays. */
type Effect = 'live' | 'refresh' | 'reset';

/** The name, where it comes from, and what follows from `remoteAs`. */
type Derived = 'address' | 'interface' | 'source' | 'origins' | 'type' | 'isMember' | 'ownAs';

/** What a session has agreed on, or what its socket was opened with, needs a new session; the rest does not. */
const effects: Readonly<
  Record<keyof Omit<PeerSettings, Derived>, Effect | ((before: PeerSettings, after: PeerSettings) => Effect)>
> = {
  remoteAs: 'reset',
  description: 'live',
  port: 'reset',
  localAddress: 'reset',
  localPort: 'reset',
  routerId: 'reset',
  // Who dialled does not matter once a session is there.
  passive: 'live',
  shutdown: 'reset',
  // Negotiated in OPEN (RFC 4271 §4.2): in force from the next session on.
  holdTime: 'live',
  keepaliveTime: 'live',
  sendHoldTime: 'reset',
  connectRetryTime: 'live',
  idleHoldTime: 'live',
  delayOpenTime: 'live',
  advertisementInterval: 'reset',
  limits: 'live',
  keepReceived: 'reset',
  maxPrefixes: 'live',
  localAs: 'reset',
  role: 'reset',
  strictRole: 'reset',
  allowOwnAs: 'reset',
  refuseAsSets: 'reset',
  asOverride: 'reset',
  removePrivateAs: 'reset',
  nextHopUnchanged: 'reset',
  families: 'reset',
  extendedNextHop: 'reset',
  linkLocalNextHop: 'reset',
  linkLocalForm: 'reset',
  nextHop: 'reset',
  nextHopSelf: 'refresh',
  aigp: 'reset',
  flowspecValidation: 'reset',
  vpnFlowspecValidation: 'reset',
  routeReflectorClient: 'reset',
  routeServerClient: 'reset',
  addPathReceive: 'reset',
  addPathSend: 'reset',
  refreshStaleTime: 'live',
  sendLongLivedStale: 'reset',
  gracefulRestart: 'reset',
  md5Key: 'reset',
  aoKeys: (before, after) => (canRollOver(before.aoKeys, after.aoKeys) ? 'live' : 'reset'),
  multihopTtl: 'reset',
  ttlSecurityHops: 'reset',
  device: 'reset',
  importPolicy: 'refresh',
  exportPolicy: 'refresh',
  defaultOriginate: 'live',
  unsuppress: 'refresh',
};
/** Compares two configurations of one peer. Policies are compared by identity. */
export function peerChange(before: PeerSettings, after: PeerSettings): PeerChange {
  let change: PeerChange = 'unchanged';
  for (const [field, effect] of Object.entries(effects) as [
    keyof typeof effects,
    (typeof effects)[keyof typeof effects],
  ][]) {
    if (isEqual(before[field], after[field])) continue;
    if ((typeof effect === 'string' ? effect : effect(before, after)) === 'reset') return 'reset';
    change = 'live';
  }
  return change;
}

/** Whether a change of one of these fields judges and advertises routes anew, in the session that is there. */
export function needsRefresh(fields: readonly string[]): boolean {
  return fields.some((field) => effects[field as keyof typeof effects] === 'refresh');
}

/** Fields in which two configurations of one peer differ. */
export function changedFields(before: PeerSettings, after: PeerSettings): readonly string[] {
  return (Object.keys(effects) as (keyof typeof effects)[]).filter(
    (field) => !isEqual(before[field], after[field]),
  );
}

function isEqual(x: unknown, y: unknown): boolean {
  if (x === y) return true;
  if (x instanceof Uint8Array && y instanceof Uint8Array) {
    return x.length === y.length && x.every((octet, i) => octet === y[i]);
  }
  if (Array.isArray(x) && Array.isArray(y))
    return x.length === y.length && x.every((item, i) => isEqual(item, y[i]));
  if (isRecord(x) && isRecord(y)) {
    return [...new Set([...Object.keys(x), ...Object.keys(y)])].every((key) => isEqual(x[key], y[key]));
  }
  return false;
}

/** Plain objects are compared by their fields, policies by identity. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    !('evaluate' in value)
  );
}
