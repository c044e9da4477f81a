import type { DecodedMessage, DecodeError } from '../../src/message/decode-message.js';

/**
 * What both our JSON form and that of the source say about a message, as one text, so that two lists of messages can be
 * compared: fixed fields, prefixes, next hops and the attributes that both understand.
 */

type Json = Readonly<Record<string, unknown>>;

const text = (parts: readonly unknown[]): string => JSON.stringify(parts);
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

function ourAttribute(code: number, value: unknown): unknown {
  switch (code) {
    case 1:
      return ['origin', String(value)];
    case 2:
      return ['path', list(value).map((s) => [s.type, s.ases])];
    case 3:
      return ['next-hop', value];
    case 4:
      return ['med', value];
    case 5:
      return ['local-pref', value];
    case 8:
      return ['communities', value];
    case 32:
      return ['large', value];
    case 14: {
      const { family, nextHop, nlri } = value as Json;
      return family === 'ipv6-unicast' ? ['reach', [nextHop].flat(), nlri] : ['reach'];
    }
    case 15: {
      const { family, withdrawn } = value as Json;
      return family === 'ipv6-unicast' ? ['unreach', withdrawn] : ['unreach'];
    }
    default:
      return ['other'];
  }
}

export function ourDigest(message: DecodedMessage | DecodeError): string {
  if ('error' in message) return text(['error', message.error.message]);
  switch (message.type) {
    case 'OPEN': {
      const families = message.capabilities.filter((c) => c.name === 'multiprotocol').length;
      const as4 = message.capabilities.filter((c) => c.name === 'four-octet-as').map((c) => c.as);
      return text(['open', message.asField, message.holdTime, message.routerId, families, as4]);
    }
    case 'UPDATE':
      return text([
        'update',
        message.withdrawn,
        message.nlri,
        message.attributes.map((a) => ourAttribute(a.code, a.value)),
      ]);
    default:
      return text([message.type.toLowerCase()]);
  }
}

const SEGMENT: Readonly<Record<string, string>> = { AsSequence: 'sequence', AsSet: 'set' };

function expectedAttribute(value: Json): unknown {
  const [name, inner] = Object.entries(value)[0] as [string, Json];
  switch (name) {
    case 'Origin':
      return ['origin', String(inner).toLowerCase()];
    case 'AsPath':
      return [
        'path',
        list(inner.As4PathSegments ?? inner.As2PathSegments).map((s) => [
          SEGMENT[String(s.segment_type)],
          s.as_numbers,
        ]),
      ];
    case 'NextHop':
      return ['next-hop', inner.next_hop];
    case 'MultiExitDiscriminator':
      return ['med', inner.metric];
    case 'LocalPreference':
      return ['local-pref', inner.metric];
    case 'Communities':
      return ['communities', (inner.communities as number[]).map((c) => `${c >>> 16}:${c & 0xffff}`)];
    case 'LargeCommunities':
      return [
        'large',
        list(inner.communities).map((c) => `${c.global_admin}:${c.local_data1}:${c.local_data2}`),
      ];
    case 'MpReach': {
      const reach = inner.Ipv6Unicast as Json | undefined;
      if (reach === undefined) return ['reach'];
      const hops = [reach.next_hop_global, reach.next_hop_local].filter((hop) => hop !== null);
      return ['reach', hops, list(reach.nlri).map((n) => n.network)];
    }
    case 'MpUnreach': {
      const unreach = inner.Ipv6Unicast as Json | undefined;
      return unreach === undefined ? ['unreach'] : ['unreach', list(unreach.nlri).map((n) => n.network)];
    }
    default:
      return ['other'];
  }
}

export function expectedDigest(message: unknown): string {
  if (message === 'KeepAlive') return text(['keepalive']);
  const { Open: open, Update: update } = message as { Open?: Json; Update?: Json };
  if (open !== undefined) {
    const capabilities = list(open.params).flatMap((p) => list(p.Capabilities));
    const families = capabilities.filter(
      (c) => typeof c === 'object' && 'MultiProtocolExtensions' in c,
    ).length;
    const as4 = capabilities.flatMap((c) => {
      const capability = typeof c === 'object' ? (c.FourOctetAs as Json | undefined) : undefined;
      return capability === undefined ? [] : [capability.asn4];
    });
    return text(['open', open.my_as, open.hold_time, open.bgp_id, families, as4]);
  }
  if (update === undefined) return text(['unknown', message]);
  return text([
    'update',
    list(update.withdrawn_routes).map((n) => n.network),
    list(update.nlri).map((n) => n.network),
    list(update.path_attributes).map((a) => expectedAttribute(a.value as Json)),
  ]);
}
