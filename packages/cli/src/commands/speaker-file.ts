import * as z from 'zod';
import { familySchema as family, familyNameSchema as named, relayedFamilySchema } from './family-schema.js';

/** Optional properties that are there or not, never `undefined`: what the library takes. */
export type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

export function definedOnly<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}

const asNumber = z.number().int().min(1).max(4_294_967_295);
const port = z.number().int().min(0).max(65_535);
const seconds = z.number().int().nonnegative();
const bytes = z.number().int().min(4096).max(1_073_741_824);
const maxPrefixes = z
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
  maxPrefixes: z.partialRecord(named, z.union([z.number().int().positive(), maxPrefixes])).optional(),
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
const groupSchema = neighborSchema.omit({ address: true, interface: true }).partial({ remoteAs: true });

/** One of `ranges`: neighbours that are known by a prefix only, and dial us. */
export const rangeSchema = neighborSchema.omit({ address: true, interface: true, passive: true }).extend({
  prefix: z.string(),
  limit: z.number().int().min(1).max(65_534).optional(),
});

/** Where a group is named, it may have what is needed. */
function withGroups<One extends z.ZodType, Grouped extends z.ZodType>(one: One, grouped: Grouped) {
  return z.unknown().transform((value, context): z.output<One> | z.output<Grouped> => {
    const isGrouped = typeof value === 'object' && value !== null && 'group' in value;
    const parsed = (isGrouped ? grouped : one).safeParse(value);
    if (parsed.success) return parsed.data as z.output<One> | z.output<Grouped>;
    for (const { message, path } of parsed.error.issues) context.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  });
}

const announcementSchema = z.strictObject({
  prefixes: z.array(z.string()).default([]),
  /** Destinations of other families, as their values or as hex. The library checks them. */
  nlri: z
    .array(
      z
        .strictObject({
          family,
          value: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
          hex: z.string().optional(),
        })
        .transform(definedOnly),
    )
    .optional(),
  nextHop: z.string().optional(),
  med: z.number().int().nonnegative().optional(),
  localPref: z.number().int().nonnegative().optional(),
  aigp: z.number().int().nonnegative().optional(),
  communities: z.array(z.string()).optional(),
});

export const aggregateSchema = z.strictObject({
  prefix: z.string(),
  asSet: z.boolean().optional(),
  summaryOnly: z.boolean().optional(),
  /** Name of a policy of the file. */
  contributors: z.string().optional(),
  med: z.number().int().nonnegative().optional(),
  localPref: z.number().int().nonnegative().optional(),
  communities: z.array(z.string()).optional(),
  discard: z.boolean().optional(),
});

/** The configuration file of `peerage speaker`, YAML or JSON. */
export const speakerFileSchema = z.strictObject({
  localAs: asNumber,
  confederation: z.strictObject({ identifier: asNumber, members: z.array(asNumber) }).optional(),
  routerId: z.string(),
  /** Dotted quad or number. */
  clusterId: z.union([z.string(), z.number().int()]).optional(),
  /** This start is a restart: families that are still forwarded from the life before. */
  restarting: z
    .strictObject({ forwarded: z.array(family), deferralTime: seconds.min(1).max(86_400).optional() })
    .transform(definedOnly)
    .optional(),
  listenPort: port.optional(),
  listenAddresses: z.array(z.string()).optional(),
  /** What all tables together may hold. */
  tableLimits: z
    .strictObject({ paths: z.int().min(1).optional(), attributeBytes: z.int().min(65_536).optional() })
    .transform(definedOnly)
    .optional(),
  ebgpRequiresPolicy: z.boolean().optional(),
  maximumPaths: z.number().int().min(1).max(64).optional(),
  multipathExactAsPath: z.boolean().optional(),
  alwaysCompareMed: z.boolean().optional(),
  medMissingAsWorst: z.boolean().optional(),
  relayedFamilies: z.array(relayedFamilySchema.transform(definedOnly)).optional(),
  hostName: z.string().optional(),
  domainName: z.string().optional(),
  softwareVersion: z.string().optional(),
  socket: z.string().optional(),
  /** Ask the kernel for the ways to next hops. */
  trackNextHops: z.boolean().optional(),
  /** Named lists for `@name` in policies. The library checks them and the policies. */
  sets: z.record(z.string(), z.array(z.unknown())).optional(),
  policies: z.record(z.string(), z.unknown()).optional(),
  announce: z.array(announcementSchema).optional(),
  aggregates: z.array(aggregateSchema).optional(),
  peerGroups: z.record(z.string(), groupSchema).optional(),
  neighbors: z.array(withGroups(neighborSchema, neighborSchema.partial({ remoteAs: true }))).optional(),
  ranges: z.array(withGroups(rangeSchema, rangeSchema.partial({ remoteAs: true }))).optional(),
});

export type SpeakerFile = z.infer<typeof speakerFileSchema>;
