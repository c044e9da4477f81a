import type { DecodedMessage, DecodeError } from '../../src/message/decode-message.js';

/**
 * What both our JSON form and that of the source say about a message, as one text, so that two lists of messages can be
 * compared: fixed fields, prefixes, next hops and the attributes that both understand.
 */

type Json = Readonly<Record<string, unknown>>;

const text = (parts: readonly unknown[]): string => JSON.stringify(parts);
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

const isVpn = (family: unknown): boolean => family === 'vpnv4-unicast' || family === 'vpnv6-unicast';
const ourVpnPrefix = ({ rd, labels, prefix }: Json): unknown => [rd, labels, prefix];

function ourSid({ value }: Json): unknown {
  const { sid, behavior, tlvs } = value as Json;
  return [sid, behavior, list(tlvs).map((structure) => Object.values(structure.value as Json))];
}

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
    case 16:
      return ['targets', list(value).flatMap((c) => (c.type === 'route-target' ? [c.value] : []))];
    case 40:
      return ['sids', list(value).flatMap((service) => list((service.value as Json).tlvs).map(ourSid))];
    case 14: {
      const { family, nextHop, nlri } = value as Json;
      if (isVpn(family)) return ['reach', family, [nextHop].flat(), list(nlri).map(ourVpnPrefix)];
      return family === 'ipv6-unicast' ? ['reach', [nextHop].flat(), nlri] : ['reach'];
    }
    case 15: {
      const { family, withdrawn } = value as Json;
      if (isVpn(family)) return ['unreach', family, list(withdrawn).map(ourVpnPrefix)];
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

/** The VPN family of a multiprotocol attribute and what is in it. */
function expectedVpn(inner: Json): [family: string, vpn: Json | null] {
  const { Ipv4MplsVpnUnicast: v4, Ipv6MplsVpnUnicast: v6 } = inner;
  return v4 === undefined
    ? ['vpnv6-unicast', (v6 as Json | undefined) ?? null]
    : ['vpnv4-unicast', v4 as Json];
}

function expectedVpnPrefix({ rd, label_stack: stack, network }: Json): unknown {
  const { asn2, asn4, ip, number } = Object.values(rd as Json)[0] as Json;
  const labels = (stack as number[][]).map(([a, b, c]) => (a! << 12) | (b! << 4) | (c! >>> 4));
  return [`${asn2 ?? asn4 ?? ip}:${number}`, labels, network];
}

function expectedTarget(community: Json): unknown[] {
  const [, kind] = Object.entries(community)[0] as [string, Json];
  const target = kind.RouteTarget as Json | undefined;
  return target === undefined ? [] : [`${target.global_admin}:${target.local_admin}`];
}

function expectedService(tlv: Json): unknown[] {
  const { subtlvs } = Object.values(tlv)[0] as Json;
  return list(subtlvs).map((sub) => {
    const { sid, endpoint_behaviour: behavior, subsubtlvs } = Object.values(sub)[0] as Json;
    return [sid, behavior, list(subsubtlvs).map((one) => Object.values(Object.values(one)[0] as Json))];
  });
}

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
    case 'ExtendedCommunities':
      return ['targets', list(inner.communities).flatMap(expectedTarget)];
    case 'PrefixSegmentIdentifier':
      return ['sids', list(inner.tlvs).flatMap(expectedService)];
    case 'MpReach': {
      const [vpnFamily, vpn] = expectedVpn(inner);
      if (vpn !== null) {
        const hop = Object.values(vpn.next_hop as Json)[0] as Json;
        const hops = [hop.next_hop, hop.next_hop_local ?? null].filter((address) => address !== null);
        return ['reach', vpnFamily, hops, list(vpn.nlri).map(expectedVpnPrefix)];
      }
      const reach = inner.Ipv6Unicast as Json | undefined;
      if (reach === undefined) return ['reach'];
      const hops = [reach.next_hop_global, reach.next_hop_local].filter((hop) => hop !== null);
      return ['reach', hops, list(reach.nlri).map((n) => n.network)];
    }
    case 'MpUnreach': {
      const [vpnFamily, vpn] = expectedVpn(inner);
      if (vpn !== null) return ['unreach', vpnFamily, list(vpn.nlri).map(expectedVpnPrefix)];
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
