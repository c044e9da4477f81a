import { readFileSync } from 'node:fs';
import type {
  AnnouncedNlri,
  Announcement,
  DefaultOriginate,
  GroupedPeer,
  PeerConfig,
  PeerGroup,
  PeerRange,
  PoliciesDeclaration,
  Policy,
  SpeakerConfig,
} from '@peerage/bgp';
import { acceptAll, BgpError, compilePolicies, parseCommunity } from '@peerage/bgp';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../result.js';
import { familySchema as family, familyNameSchema as named, relayedFamilySchema } from './family-schema.js';

const asNumber = z.number().int().min(1).max(4_294_967_295);
const port = z.number().int().min(0).max(65_535);
const seconds = z.number().int().nonnegative();
const bytes = z.number().int().min(4096).max(1_073_741_824);
const forwarded = z.enum(['ipv4-unicast', 'ipv6-unicast']);
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

const neighborSchema = z.strictObject({
  /** One of the two. */
  address: z.string().optional(),
  interface: z.string().optional(),
  remoteAs: z.union([asNumber, z.enum(['internal', 'external'])]),
  /** Groups that give what is not set here. */
  group: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  port: port.min(1).optional(),
  localAddress: z.string().optional(),
  passive: z.boolean().optional(),
  shutdown: z.boolean().optional(),
  holdTime: seconds.max(65_535).optional(),
  keepaliveTime: seconds.optional(),
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

/** Neighbours that are known by a prefix only, and dial us. */
const rangeSchema = neighborSchema.omit({ address: true, interface: true, passive: true }).extend({
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

/** The configuration file of `peerage speaker`, YAML or JSON. */
export const speakerFileSchema = z.strictObject({
  localAs: asNumber,
  confederation: z.strictObject({ identifier: asNumber, members: z.array(asNumber) }).optional(),
  routerId: z.string(),
  /** Dotted quad or number. */
  clusterId: z.union([z.string(), z.number().int()]).optional(),
  /** This start is a restart: families that are still forwarded from the life before. */
  restarting: z
    .strictObject({ forwarded: z.array(forwarded), deferralTime: seconds.min(1).max(86_400).optional() })
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
  peerGroups: z.record(z.string(), groupSchema).optional(),
  neighbors: z.array(withGroups(neighborSchema, neighborSchema.partial({ remoteAs: true }))).optional(),
  ranges: z.array(withGroups(rangeSchema, rangeSchema.partial({ remoteAs: true }))).optional(),
});

export type SpeakerFile = z.infer<typeof speakerFileSchema>;

/** What the file comes to, for a speaker. */
export interface SpeakerSetup {
  readonly config: SpeakerConfig;
  readonly peers: readonly (PeerConfig | GroupedPeer)[];
  readonly ranges: readonly PeerRange[];
  readonly announcements: readonly Announcement[];
  readonly socket: string | undefined;
  readonly trackNextHops: boolean;
}

/** Reads and checks a configuration file. Everything that is wrong is told at once, with its place. */
export function readSpeakerFile(path: string): SpeakerFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the configuration ${path}: ${(error as Error).message}`);
  }
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new UsageError(document.errors.map((error) => `${path}: ${error.message}`).join('\n'));
  }
  const parsed = speakerFileSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw new UsageError(
    parsed.error.issues
      .map((issue) => `${path}: ${issue.path.map(String).join('.') || 'the file'}: ${issue.message}`)
      .join('\n'),
  );
}

/** Turns a file into what the library takes. `openPolicy` imports and exports everything with every neighbour. */
export function speakerSetup(file: SpeakerFile, openPolicy: boolean): SpeakerSetup {
  const requiresPolicy = !openPolicy && file.ebgpRequiresPolicy !== false;
  const listenPort = file.listenPort ?? 179;
  const addresses = file.listenAddresses ?? [undefined];
  const policies = policiesOf(file);
  return {
    config: {
      localAs: file.localAs,
      routerId: file.routerId,
      ...(file.clusterId === undefined ? {} : { clusterId: file.clusterId }),
      listen: addresses.map((address) =>
        address === undefined ? { port: listenPort } : { address, port: listenPort },
      ),
      ebgpRequiresPolicy: requiresPolicy,
      peerGroups: Object.fromEntries(
        Object.entries(file.peerGroups ?? {}).map(([name, group]) => [
          name,
          peerConfig(group, true, policies, `peerGroups.${name}`),
        ]),
      ),
      ...definedOnly({
        confederation: file.confederation,
        maximumPaths: file.maximumPaths,
        multipathExactAsPath: file.multipathExactAsPath,
        alwaysCompareMed: file.alwaysCompareMed,
        medMissingAsWorst: file.medMissingAsWorst,
        relayedFamilies: file.relayedFamilies,
        restarting: file.restarting,
        tableLimits: file.tableLimits,
        hostName: file.hostName,
        domainName: file.domainName,
        softwareVersion: file.softwareVersion,
      }),
    },
    peers: (file.neighbors ?? []).map((neighbor, i) =>
      peerConfig(neighbor, requiresPolicy, policies, `neighbors.${i}`),
    ),
    ranges: (file.ranges ?? []).map((range, i) => peerConfig(range, requiresPolicy, policies, `ranges.${i}`)),
    announcements: (file.announce ?? []).map(
      ({ prefixes, nlri, nextHop, communities, med, localPref, aigp }) => ({
        prefixes,
        ...(nlri === undefined ? {} : { nlri: nlri as readonly AnnouncedNlri[] }),
        owner: 'config',
        ...(nextHop === undefined ? {} : { nextHop }),
        attributes: {
          origin: 'igp' as const,
          ...(med === undefined ? {} : { med }),
          ...(localPref === undefined ? {} : { localPref }),
          ...(aigp === undefined ? {} : { aigp: String(aigp) }),
          ...(communities === undefined ? {} : { communities: communities.map(parseCommunity) }),
        },
      }),
    ),
    socket: file.socket,
    trackNextHops: file.trackNextHops ?? false,
  };
}

/** Optional properties that are there or not, never `undefined`: what the library takes. */
type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function definedOnly<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}

type Neighbor = NonNullable<SpeakerFile['neighbors']>[number];
type Range = NonNullable<SpeakerFile['ranges']>[number];
type Group = NonNullable<SpeakerFile['peerGroups']>[string];

function peerConfig(
  entry: Neighbor,
  requiresPolicy: boolean,
  policies: ReadonlyMap<string, Policy>,
  at: string,
): PeerConfig | GroupedPeer;
function peerConfig(
  entry: Range,
  requiresPolicy: boolean,
  policies: ReadonlyMap<string, Policy>,
  at: string,
): PeerRange;
function peerConfig(
  entry: Group,
  requiresPolicy: boolean,
  policies: ReadonlyMap<string, Policy>,
  at: string,
): PeerGroup;
function peerConfig(
  entry: Neighbor | Range | Group,
  requiresPolicy: boolean,
  policies: ReadonlyMap<string, Policy>,
  at: string,
): PeerConfig | GroupedPeer | PeerRange | PeerGroup {
  const { passwordFile, authentication, addPath, importPolicy, exportPolicy, defaultOriginate, ...rest } =
    entry;
  const named = (field: string, name: string): Policy => {
    const found = policies.get(name);
    if (found !== undefined) return found;
    const known = [...policies.keys()].join(', ');
    throw new UsageError(`${at}.${field}: no policy ${JSON.stringify(name)}; there are ${known}`);
  };
  const origin = (wanted: NonNullable<typeof defaultOriginate>): boolean | DefaultOriginate => {
    if (typeof wanted === 'boolean') return wanted;
    const { policy, ...others } = wanted;
    return {
      ...definedOnly(others),
      ...(policy === undefined ? {} : { policy: named('defaultOriginate.policy', policy) }),
    };
  };
  return {
    ...definedOnly(rest),
    ...(addPath === undefined ? {} : { addPath: definedOnly(addPath) }),
    ...(passwordFile === undefined ? {} : { password: readPassword(passwordFile) }),
    ...(authentication === undefined
      ? {}
      : {
          authentication: {
            tcpAo: {
              keys: authentication.tcpAo.keys.map(({ secretFile, ...key }) => ({
                ...definedOnly(key),
                secret: readPassword(secretFile),
              })),
            },
          },
        }),
    // A group may have policies: without any, what RFC 8212 asks for is off for the whole speaker.
    ...(requiresPolicy || entry.group !== undefined
      ? {}
      : { importPolicy: acceptAll, exportPolicy: acceptAll }),
    ...(importPolicy === undefined ? {} : { importPolicy: named('importPolicy', importPolicy) }),
    ...(exportPolicy === undefined ? {} : { exportPolicy: named('exportPolicy', exportPolicy) }),
    ...(defaultOriginate === undefined ? {} : { defaultOriginate: origin(defaultOriginate) }),
  };
}

function policiesOf(file: SpeakerFile): ReadonlyMap<string, Policy> {
  try {
    // The file is only known to be YAML: the library checks it to the last field.
    const declared = { policies: file.policies ?? {}, sets: file.sets ?? {} } as PoliciesDeclaration;
    return compilePolicies(declared);
  } catch (error) {
    if (error instanceof BgpError) throw new UsageError(error.message);
    throw error;
  }
}

function readPassword(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new UsageError(`cannot read the password file ${path}: ${(error as Error).message}`);
  }
}
