import * as z from 'zod';

/**
 * What travels over the control socket: HTTP/1.1 with JSON bodies on a local Unix socket, so that
 * `curl --unix-socket /run/peerage/NODE.sock http://peerage/v1/neighbors` works too. Octets are lower-case hex.
 */
export const PROTOCOL_VERSION = 'v1';

const count = z.number().int().nonnegative();
const octets = z.string().regex(/^([0-9a-f]{2})*$/);

export const aboutSchema = z.object({
  program: z.enum(['speaker', 'agent']),
  version: z.string(),
  pid: count,
  /** Name of the node; agents only. */
  node: z.string().optional(),
});

const notificationSchema = z.object({
  direction: z.enum(['sent', 'received']),
  code: count,
  subcode: count,
  text: z.string(),
  communication: z.string().optional(),
  data: octets,
});

const sessionErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  notification: notificationSchema.optional(),
  at: z.number(),
});

const messageCountsSchema = z.object({
  open: count,
  update: count,
  notification: count,
  keepalive: count,
  routeRefresh: count,
});

export const peerSchema = z.object({
  address: z.string(),
  neighbour: z.string().optional(),
  description: z.string().optional(),
  configuration: z.array(z.object({ field: z.string(), value: z.string(), from: z.string() })).optional(),
  remoteAs: count,
  localAs: count,
  type: z.enum(['internal', 'external']),
  state: z.enum(['idle', 'connect', 'active', 'opensent', 'openconfirm', 'established']),
  refused: z.object({ code: z.string(), message: z.string() }).optional(),
  gracefulRestart: z
    .object({
      phase: z.enum(['away', 'resyncing']),
      secondsLeft: z.number().optional(),
      longLivedSecondsLeft: z.record(z.string(), z.number()).optional(),
    })
    .optional(),
  heldDown: z.object({ reason: z.string(), until: z.number().optional() }).optional(),
  stateSince: z.number(),
  uptimeSeconds: z.number().optional(),
  establishedCount: count,
  flaps: count,
  passive: z.boolean(),
  routeReflectorClient: z.literal(true).optional(),
  routeServerClient: z.literal(true).optional(),
  shutdown: z.boolean(),
  keepReceived: z.literal(false).optional(),
  remoteRouterId: z.string().optional(),
  remoteHostName: z.string().optional(),
  remoteDomainName: z.string().optional(),
  remoteSoftwareVersion: z.string().optional(),
  role: z.string().optional(),
  remoteRole: z.string().optional(),
  maxMessage: count.optional(),
  localAddress: z.string().optional(),
  localPort: count.optional(),
  remotePort: count.optional(),
  holdTime: z.number().optional(),
  keepaliveTime: z.number().optional(),
  families: z.array(
    z.object({
      family: z.string(),
      negotiated: z.boolean(),
      reason: z.string().optional(),
      addPath: z.enum(['receive', 'send', 'both']).optional(),
      extendedNextHop: z.literal(true).optional(),
      received: count,
      accepted: count,
      advertised: count,
      endOfRib: z.boolean(),
      stale: z.number().optional(),
      maxPrefixes: count.optional(),
    }),
  ),
  capabilities: z.array(z.string()),
  sent: messageCountsSchema,
  received: messageCountsSchema,
  lastError: sessionErrorSchema.optional(),
  lastNotification: notificationSchema.optional(),
  hint: z.string().optional(),
  md5: z.boolean(),
  tcpAo: z
    .object({
      keys: z.array(z.object({ sendId: count, receiveId: count, algorithm: z.string() })),
      connection: z
        .object({
          sendsWith: count,
          asksFor: count,
          good: count,
          bad: count,
          unknownKey: count,
          unsigned: count,
        })
        .optional(),
    })
    .optional(),
});

export const statusSchema = z.object({
  localAs: count,
  routerId: z.string(),
  listening: z.array(z.object({ address: z.string(), port: count })),
  startedAt: z.number(),
  peers: z.object({ configured: count, established: count }),
  families: z.array(z.object({ family: z.string(), prefixes: count, paths: count })),
  attributeSets: count,
  nextHops: count,
});

/** Attributes without a line here pass as they are: `--json` shows them. */
export const attributesSchema = z.looseObject({
  origin: z.enum(['igp', 'egp', 'incomplete']).optional(),
  asPath: z
    .array(
      z.object({
        type: z.enum(['sequence', 'set', 'confed-sequence', 'confed-set']),
        ases: z.array(count),
      }),
    )
    .optional(),
  med: count.optional(),
  localPref: count.optional(),
  atomicAggregate: z.literal(true).optional(),
  aggregator: z.object({ as: count, address: z.string() }).optional(),
  communities: z.array(count).optional(),
  originatorId: z.string().optional(),
  clusterList: z.array(z.string()).optional(),
  extendedCommunities: z.array(z.string()).optional(),
  largeCommunities: z.array(z.string()).optional(),
  unknown: z.array(z.object({ code: count, flags: count, value: octets })).optional(),
});

export const routeSchema = z.object({
  family: z.string(),
  prefix: z.string(),
  /** Of families that have more than prefixes: the destination as a value, passed as it is. */
  nlri: z.unknown().optional(),
  paths: z.array(
    z.object({
      peer: z.string(),
      owner: z.string().optional(),
      pathId: count.optional(),
      nextHop: z.string(),
      nlri: z.unknown().optional(),
      best: z.boolean(),
      multipath: z.boolean(),
      accepted: z.boolean(),
      reason: z.string(),
      attributes: attributesSchema,
      ageSeconds: z.number(),
    }),
  ),
});

const policyExplanationSchema = z.object({
  peer: z.string(),
  action: z.enum(['accept', 'reject']),
  policy: z.string().optional(),
  statement: z.string().optional(),
  reason: z.string(),
  edits: z.array(z.string()),
});

/** Why a destination is as it is. */
export const explanationSchema = z.object({
  family: z.string(),
  prefix: z.string(),
  imports: z.array(policyExplanationSchema),
  decision: routeSchema.shape.paths,
  export: z
    .object({
      peer: z.string(),
      advertised: z.boolean(),
      reason: z.string(),
      paths: z.array(policyExplanationSchema),
    })
    .optional(),
});

/**
 * What is to be explained; the text form of a query string. With a family `prefix` is what tables show its destinations by, or their
 * octets as hex digits; without one it is a prefix or an address of unicast.
 */
export const explainQuerySchema = z.strictObject({
  prefix: z.string(),
  to: z.string().optional(),
  family: z.string().optional(),
});

/** How a session is to be reset: anew, or softly by sending routes again; the text form of a query string. */
export const clearQuerySchema = z.strictObject({
  soft: z.enum(['in', 'out']).optional(),
  families: z.array(z.enum(['ipv4-unicast', 'ipv6-unicast'])),
  communication: z.string().optional(),
  family: z.undefined(),
});

/** What was reset; `families`: those whose routes are sent again. */
export const clearedSchema = z.object({
  address: z.string(),
  soft: z.enum(['in', 'out']).optional(),
  families: z.array(z.string()),
});

export const routePageSchema = z.object({ routes: z.array(routeSchema), next: z.string().optional() });

/** Which routes to list; the text form of a query string. */
export const routeQuerySchema = z.strictObject({
  family: z.string().optional(),
  prefix: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
  after: z.string().optional(),
});

export const problemSchema = z.object({ place: z.string(), message: z.string() });

/** One setting of an agent, with what it comes from; secrets are not in it. */
export const settingSchema = z.object({
  setting: z.string(),
  value: z.string(),
  origin: z.enum(['default', 'file', 'annotation', 'environment', 'flags file', 'flag']),
  place: z.string(),
});

export const advertisementSchema = z.object({
  prefix: z.string(),
  kind: z.string(),
  /** `namespace/name`, or the node for pod ranges. */
  subject: z.string(),
  advertised: z.boolean(),
  reason: z.string(),
});

/** Kernel routes of an agent: what is wanted and what the kernel acknowledged. */
export const kernelSchema = z.object({
  families: z.array(
    z.object({
      family: z.string(),
      wanted: count,
      acknowledged: count,
      failed: z.array(z.object({ prefix: z.string(), message: z.string() })),
    }),
  ),
});

export const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export type About = z.infer<typeof aboutSchema>;
export type WirePeer = z.infer<typeof peerSchema>;
export type WireStatus = z.infer<typeof statusSchema>;
export type WireRoute = z.infer<typeof routeSchema>;
export type WirePath = WireRoute['paths'][number];
export type WireExplanation = z.infer<typeof explanationSchema>;
export type WireRoutePage = z.infer<typeof routePageSchema>;
export type WireAttributes = z.infer<typeof attributesSchema>;
export type RouteQueryText = z.infer<typeof routeQuerySchema>;
export type WireCleared = z.infer<typeof clearedSchema>;
export type WireSetting = z.infer<typeof settingSchema>;
export type WireProblem = z.infer<typeof problemSchema>;
export type WireAdvertisement = z.infer<typeof advertisementSchema>;
export type WireKernel = z.infer<typeof kernelSchema>;
