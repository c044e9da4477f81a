import { parse } from 'yaml';
import type { Config, ExternalPeer } from '../config/config.js';
import { base64Password, type FlagType } from '../config/flag-type.js';
import { peerAsn, peerPort } from '../config/routes-flags.js';
import type { Problem } from '../model/cluster.js';
import type { AnnotationName } from './annotations/annotation-table.js';
import { AnnotationReader } from './annotations/read-annotation.js';
import { address } from './annotations/value-types.js';
import { placeOf } from './mesh-role.js';
import type { OwnNode } from './own-node.js';

/** An external peer that an annotation of the node names. */
export interface AnnotatedPeer extends ExternalPeer {
  /** Own address of its sessions, where it is not the best one of the family. */
  readonly localAddress?: string;
}

const list = 'kube-router.io/peers';
const lists = {
  ips: 'kube-router.io/peer.ips',
  asns: 'kube-router.io/peer.asns',
  ports: 'kube-router.io/peer.ports',
  passwords: 'kube-router.io/peer.passwords',
  localips: 'kube-router.io/peer.localips',
} as const satisfies Readonly<Record<string, AnnotationName>>;

/** The external peers of this node that are not in the file: those of flags, else those of its annotations. */
export function externalPeersOf(
  own: Pick<OwnNode, 'node'>,
  config: Pick<Config, 'externalPeers'>,
): { readonly peers: readonly AnnotatedPeer[]; readonly problems: readonly Problem[] } {
  const { peers, problems } = annotatedPeers(own, config);
  return { peers: config.externalPeers.length > 0 ? config.externalPeers : peers, problems };
}

/**
 * The external peers that this node's annotations name, and what is wrong with them; passwords are in no message. Flags
 * silence them all, `peers` silences the deprecated lists.
 */
export function annotatedPeers(
  own: Pick<OwnNode, 'node'>,
  config: Pick<Config, 'externalPeers'>,
): { readonly peers: readonly AnnotatedPeer[]; readonly problems: readonly Problem[] } {
  const reader = new AnnotationReader(placeOf(own.node));
  const all: readonly AnnotationName[] = [list, ...Object.values(lists)];
  const given = all.filter((name) => reader.text(name) !== undefined);
  if (config.externalPeers.length > 0) {
    for (const name of given)
      reader.tell(
        name,
        'has no effect, because --peer-router-ips names the external peers; remove one of them',
      );
    return { peers: [], problems: reader.problems };
  }
  if (reader.text(list) === undefined)
    return { peers: unlessTwice(fromLists(reader), reader), problems: reader.problems };
  for (const name of given) {
    if (name !== list) reader.tell(name, `has no effect beside ${list}; remove it`);
  }
  return { peers: unlessTwice(fromYaml(reader), reader), problems: reader.problems };
}

/** A router is one peer; the first one counts. */
function unlessTwice(
  peers: readonly { readonly peer: AnnotatedPeer; readonly name: AnnotationName }[],
  reader: AnnotationReader,
): readonly AnnotatedPeer[] {
  const found = new Map<string, AnnotatedPeer>();
  for (const { peer, name } of peers) {
    if (found.has(peer.address)) reader.tell(name, `${peer.address} is there twice; the first one counts`);
    else found.set(peer.address, peer);
  }
  return [...found.values()];
}

const fields: Readonly<Record<string, FlagType<string | number>>> = {
  remoteip: address,
  remoteasn: peerAsn as FlagType<string | number>,
  localip: address,
  port: peerPort as FlagType<string | number>,
  password: base64Password,
};

function fromYaml(reader: AnnotationReader) {
  const entries = yamlList(reader);
  return entries.flatMap((entry, i) => {
    const at = `peer ${i + 1}`;
    const left = (what: string) => reader.tell(list, `${at} ${what}; it is left out`);
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      left('must have remoteip and remoteasn');
      return [];
    }
    const values: Record<string, string | number> = {};
    for (const [field, value] of Object.entries(entry)) {
      const type = fields[field];
      if (field === 'bfd') {
        if (isOn(value)) reader.tell(list, `${at} asks for BFD, which has no effect yet`);
      } else if (type === undefined) {
        reader.tell(
          list,
          `${at} has the field ${JSON.stringify(field)}, which nothing is known of; it is passed over`,
        );
      } else if (value !== null && value !== '') {
        const parsed = type.parse(String(value).trim());
        if (!parsed.ok) {
          left(`has ${field}${type.secret ? '' : ` ${JSON.stringify(value)}`}, which must be ${parsed.must}`);
          return [];
        }
        values[field] = parsed.value;
      }
    }
    const missing = ['remoteip', 'remoteasn'].filter((field) => values[field] === undefined);
    if (missing.length > 0) {
      left(`has no ${missing.join(' and no ')}`);
      return [];
    }
    return checkedPeer(reader, list, {
      address: String(values.remoteip),
      as: Number(values.remoteasn),
      ...(values.port === undefined ? {} : { port: Number(values.port) }),
      ...(values.password ? { password: String(values.password) } : {}),
      ...(values.localip === undefined ? {} : { localAddress: String(values.localip) }),
    });
  });
}

function isOn(bfd: unknown): boolean {
  return typeof bfd === 'object' && bfd !== null && (bfd as { enabled?: unknown }).enabled === true;
}

function yamlList(reader: AnnotationReader): readonly unknown[] {
  let value: unknown;
  try {
    value = parse(reader.text(list) ?? '', { logLevel: 'error' });
  } catch (error) {
    // The parser quotes what it found, which may be a password.
    const line = (error as { linePos?: readonly { line: number }[] }).linePos?.[0]?.line;
    reader.tell(
      list,
      `is not YAML${line === undefined ? '' : ` (line ${line})`}; none of its peers is set up`,
    );
    return [];
  }
  if (Array.isArray(value)) return value;
  if (value !== null)
    reader.tell(list, 'must be a list: write "- remoteip: …" for each peer; none of its peers is set up');
  return [];
}

/** Lists that go by position: one that is short would give a peer what belongs to another, so all of them count or none. */
function fromLists(reader: AnnotationReader) {
  const texts = (name: AnnotationName): readonly string[] | undefined => {
    const text = reader.text(name);
    return text === undefined ? undefined : text.split(',').map((part) => part.trim());
  };
  const [ips, asns] = [texts(lists.ips), texts(lists.asns)];
  const others = [lists.ports, lists.passwords, lists.localips] as const;
  if (ips === undefined || asns === undefined) {
    const present = [lists.ips, lists.asns, ...others].filter((name) => reader.text(name) !== undefined);
    const absent = ips === undefined ? lists.ips : lists.asns;
    for (const name of present) reader.tell(name, `has no effect without ${absent}; give that too`);
    return [];
  }
  const wrong = [lists.asns, ...others].filter((name) => {
    const length = texts(name)?.length;
    if (length === undefined || length === ips.length) return false;
    reader.tell(
      name,
      `must have one item for each of the ${ips.length} addresses of ${lists.ips}, got ${length}; none of these peers is set up`,
    );
    return true;
  });
  if (wrong.length > 0) return [];
  const items = <T>(name: AnnotationName, type: FlagType<T>) => {
    const parts = texts(name);
    return (i: number): T | null | undefined => {
      const part = parts?.[i];
      if (part === undefined || part === '') return undefined;
      const parsed = type.parse(part);
      if (parsed.ok) return parsed.value;
      const text = type.secret ? '' : ` ${JSON.stringify(part)}`;
      reader.tell(name, `item ${i + 1}${text} must be ${parsed.must}; this peer is left out`);
      return null;
    };
  };
  const [ip, asn, port] = [
    items(lists.ips, address),
    items(lists.asns, peerAsn),
    items(lists.ports, peerPort),
  ];
  const [password, local] = [items(lists.passwords, base64Password), items(lists.localips, address)];
  return ips.flatMap((_, i) => {
    const values = [ip(i), asn(i), port(i), password(i), local(i)] as const;
    const [remote, as, itsPort, secret, localAddress] = values;
    if (remote === null || as === null || itsPort === null || secret === null || localAddress === null)
      return [];
    if (remote === undefined || as === undefined) {
      reader.tell(
        remote === undefined ? lists.ips : lists.asns,
        `item ${i + 1} is empty; this peer is left out`,
      );
      return [];
    }
    return checkedPeer(reader, lists.localips, {
      address: remote,
      as,
      ...(itsPort === undefined ? {} : { port: itsPort }),
      ...(secret ? { password: secret } : {}),
      ...(localAddress === undefined ? {} : { localAddress }),
    });
  });
}

function checkedPeer(reader: AnnotationReader, name: AnnotationName, peer: AnnotatedPeer) {
  const { address: remote, localAddress } = peer;
  if (localAddress !== undefined && localAddress.includes(':') !== remote.includes(':')) {
    reader.tell(
      name,
      `peer ${remote} has the own address ${localAddress}, which is of another family; it is left out`,
    );
    return [];
  }
  return [{ peer, name }];
}
