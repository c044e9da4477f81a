import { readFileSync } from 'node:fs';
import type {
  Aggregate,
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
import { type aggregateSchema, definedOnly } from '@peerage/control/settings';
import { parseDocument } from 'yaml';
import type * as z from 'zod';
import { UsageError } from '../result.js';
import { type SpeakerFile, speakerFileSchema } from './speaker-file.js';

/** What the file comes to, for a speaker. */
export interface SpeakerSetup {
  readonly config: SpeakerConfig;
  readonly peers: readonly (PeerConfig | GroupedPeer)[];
  readonly ranges: readonly PeerRange[];
  readonly announcements: readonly Announcement[];
  readonly aggregates: readonly Aggregate[];
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
    aggregates: (file.aggregates ?? []).map((aggregate, i) =>
      aggregateOf(aggregate, policies, `aggregates.${i}`),
    ),
    socket: file.socket,
    trackNextHops: file.trackNextHops ?? false,
  };
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
  const named = (field: string, name: string): Policy => policyOf(policies, `${at}.${field}`, name);
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

function aggregateOf(
  { contributors, med, localPref, communities, ...rest }: z.infer<typeof aggregateSchema>,
  policies: ReadonlyMap<string, Policy>,
  at: string,
): Aggregate {
  return {
    ...definedOnly(rest),
    attributes: {
      ...definedOnly({ med, localPref }),
      ...(communities === undefined ? {} : { communities: communities.map(parseCommunity) }),
    },
    ...(contributors === undefined
      ? {}
      : { contributors: policyOf(policies, `${at}.contributors`, contributors) }),
  };
}

function policyOf(policies: ReadonlyMap<string, Policy>, at: string, name: string): Policy {
  const found = policies.get(name);
  if (found !== undefined) return found;
  const known = [...policies.keys()].join(', ');
  throw new UsageError(`${at}: no policy ${JSON.stringify(name)}; there are ${known}`);
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
