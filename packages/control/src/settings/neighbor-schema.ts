import * as z from 'zod';
import { familySchema as family, familyNameSchema as named } from './family-schema.js';

/** Optional properties that are there or not, never `undefined`: what the library takes. */
export type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

export function definedOnly<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}

export const asNumber = z.number().int().min(1).max(4_294_967_295);
export const port = z.number().int().min(0).max(65_535);
export const seconds = z.number().int().nonnegative();
const bytes = z.number().int().min(4096).max(1_073_741_824);
/** How many prefixes of a family a peer may send, and what follows. */
export const prefixLimit = z
  .strictObject({
    limit: z.number().int().positive(),
    warnPercent: z.number().int().min(1).max(100).optional(),
    action: z.enum(['tear-down', 'warn']).optional(),
    restartTime: z.number().positive().optional(),
  })
  .transform(definedOnly);

const gracefulRestart = z
  .strictObject({
    restartTime: seconds.max(4095).optional(),
    notification: z.boolean().optional(),
    longLived: z.partialRecord(named, seconds.min(1).max(16_777_215)).optional(),
    stalePathTime: seconds.min(1).max(86_400).optional(),
  })
  .transform(definedOnly);

const aoId = z.number().int().min(0).max(255);
const aoKey = z.strictObject({
  sendId: aoId,
  receiveId: aoId,
  algorithm: z.enum(['hmac-sha-1-96', 'aes-128-cmac-96', 'hmac-sha-256-128']).optional(),
  /** Read from a file, as passwords are. */
  secretFile: z.string(),
  macLength: z.number().int().min(4).max(16).optional(),
  coversOptions: z.boolean().optional(),
});

/** One of `neighbors`; with a `group` it may leave out what that gives. */
export const neighborSchema = z.strictObject({
  /** One of the two. */
  address: z.string().optional(),
  interface: z.string().optional(),
  remoteAs: z.union([asNumber, z.enum(['internal', 'external'])]),
  /** Groups that give what is not set here. */
  group: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  port: port.min(1).optional(),
  localAddress: z.string().optional(),
  localPort: port.min(1).optional(),
  routerId: z.string().optional(),
  passive: z.boolean().optional(),
  shutdown: z.boolean().optional(),
  holdTime: seconds.max(65_535).optional(),
  keepaliveTime: seconds.optional(),
  sendHoldTime: seconds.min(1).max(65_535).optional(),
  connectRetryTime: seconds.optional(),
  idleHoldTime: z.number().nonnegative().max(3600).optional(),
  delayOpenTime: z.number().positive().max(240).optional(),
  keepReceived: z.boolean().optional(),
  advertisementInterval: z.number().min(0.1).max(600).optional(),
  limits: z
    .strictObject({ inputBytes: bytes.optional(), outboxBytes: bytes.optional() })
    .transform(definedOnly)
    .optional(),
  localAs: z
    .union([
      asNumber,
      z
        .strictObject({ as: asNumber, noPrepend: z.boolean().optional(), replaceAs: z.boolean().optional() })
        .transform(definedOnly),
    ])
    .optional(),
  role: z.enum(['provider', 'customer', 'peer', 'route-server', 'route-server-client']).optional(),
  strictRole: z.boolean().optional(),
  allowOwnAs: z.number().int().min(0).max(10).optional(),
  refuseAsSets: z.boolean().optional(),
  asOverride: z.boolean().optional(),
  removePrivateAs: z.enum(['all', 'replace']).optional(),
  nextHopUnchanged: z.boolean().optional(),
  maxPrefixes: z.partialRecord(named, z.union([z.number().int().positive(), prefixLimit])).optional(),
  families: z.array(family).min(1).optional(),
  extendedNextHop: z.boolean().optional(),
  linkLocalNextHop: z.boolean().optional(),
  linkLocalForm: z.enum(['single', 'double', 'unspecified']).optional(),
  nextHop: z.partialRecord(named, z.string()).optional(),
  nextHopSelf: z.boolean().optional(),
  aigp: z.boolean().optional(),
  flowspecValidation: z.enum(['strict', 'destination-optional', 'none']).optional(),
  routeReflectorClient: z.boolean().optional(),
  routeServerClient: z.boolean().optional(),
  addPath: z
    .strictObject({
      receive: z.boolean().optional(),
      send: z.union([z.literal('all'), z.number().int().min(1).max(64)]).optional(),
    })
    .optional(),
  refreshStaleTime: seconds.min(1).max(86_400).optional(),
  sendLongLivedStale: z.boolean().optional(),
  gracefulRestart: gracefulRestart.optional(),
  /** Read from a file, so that the configuration can be shown. */
  passwordFile: z.string().optional(),
  authentication: z.strictObject({ tcpAo: z.strictObject({ keys: z.array(aoKey).min(1) }) }).optional(),
  multihopTtl: z.number().int().min(1).max(255).optional(),
  ttlSecurityHops: z.number().int().min(1).max(254).optional(),
  device: z.string().optional(),
  /** Names of policies of the file, or `accept-all`, `reject-all`. */
  importPolicy: z.string().optional(),
  exportPolicy: z.string().optional(),
  unsuppress: z.boolean().optional(),
  defaultOriginate: z
    .union([
      z.boolean(),
      z.strictObject({
        families: z.array(family).optional(),
        policy: z.string().optional(),
        ifPresent: z.array(z.string()).optional(),
      }),
    ])
    .optional(),
});

/** What neighbours have in common. */
export const groupSchema = neighborSchema
  .omit({ address: true, interface: true })
  .partial({ remoteAs: true });
