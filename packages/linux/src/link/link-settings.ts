import { LinuxError } from '../errors.js';
import { type AttributeView, attributesOf, readBytes, readU32 } from '../netlink/attribute.js';
import type { MessageWriter } from '../netlink/message-writer.js';

/** A UDP header between the two IP headers of a tunnel, for networks that let nothing else pass (`ip-fou(8)`). */
export interface TunnelEncapsulation {
  /** `fou`: the inner packet follows the UDP header; `gue`: a header of four octets stands between (Generic UDP Encapsulation). */
  readonly kind: 'fou' | 'gue';
  /** 0: chosen by the flow, so that routers on the way can spread flows. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** A tunnel between two addresses, one IP header inside another. */
export interface IpTunnelSettings {
  /** `ipip`: IPv4 in IPv4; `sit`: IPv6 in IPv4; `ip6tnl`: IPv6 in IPv6. */
  readonly kind: 'ipip' | 'sit' | 'ip6tnl';
  /** 4 octets, for `ip6tnl` 16. */
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
  /** Of the outer header; 0 for that of the inner one. Absent: the kernel's default. */
  readonly ttl?: number;
  readonly encapsulation?: TunnelEncapsulation;
}

/** Ethernet in UDP (RFC 7348). It never learns by itself where an address is: see `Neighbours`. */
export interface VxlanSettings {
  readonly kind: 'vxlan';
  /** VXLAN network identifier, 24 bits. */
  readonly vni: number;
  /** UDP port. */
  readonly port: number;
  /** 4 or 16 octets: source of what is sent. */
  readonly local: Uint8Array;
}

/** The settings of a new link, by its kind. */
export type LinkSettings =
  | { readonly kind: 'bridge' | 'dummy' | 'wireguard' }
  | IpTunnelSettings
  | VxlanSettings;

/** `IFLA_IPTUN_*` */
const tunnelAttribute = {
  local: 2,
  remote: 3,
  ttl: 4,
  encapsulationLimit: 6,
  flags: 8,
  protocol: 9,
  pathMtuDiscovery: 10,
  encapsulationType: 15,
  encapsulationFlags: 16,
  sourcePort: 17,
  destinationPort: 18,
} as const;
/** `IFLA_VXLAN_*` */
const vxlanAttribute = { id: 1, local: 4, learning: 7, port: 15, local6: 17 } as const;

const encapsulationTypes = ['none', 'fou', 'gue'] as const;
/** What `ip6tnl` and `ipip` carry (`IPPROTO_*`). */
const carried = { ipip: 4, sit: 41, ip6tnl: 41 } as const;
/** Without the destination option that limits nesting (RFC 2473 §5.1), eight octets less. */
const ignoreEncapsulationLimit = 1;

/** Appends the settings as an attribute, where the kind has any. Throws on what no kernel could take. */
export function encodeLinkSettings(writer: MessageWriter, attribute: number, settings: LinkSettings): void {
  if (!('local' in settings)) return;
  const nested = writer.beginNested(attribute);
  if (settings.kind === 'vxlan') encodeVxlan(writer, settings);
  else encodeTunnel(writer, settings);
  writer.endNested(nested);
}

function encodeTunnel(writer: MessageWriter, settings: IpTunnelSettings): void {
  const octets = settings.kind === 'ip6tnl' ? 16 : 4;
  for (const [what, address] of [
    ['local', settings.local],
    ['remote', settings.remote],
  ] as const) {
    if (address.length === octets) continue;
    refuse(`the ${what} address of an ${settings.kind} tunnel has ${octets} octets`, address.length);
  }
  writer.attribute(tunnelAttribute.local, settings.local);
  writer.attribute(tunnelAttribute.remote, settings.remote);
  if (settings.ttl !== undefined) writer.attribute(tunnelAttribute.ttl, Uint8Array.of(settings.ttl));
  writer.attribute(tunnelAttribute.protocol, Uint8Array.of(carried[settings.kind]));
  if (settings.kind === 'ip6tnl') writer.attributeU32(tunnelAttribute.flags, ignoreEncapsulationLimit);
  // The outer header forbids fragments, so that senders learn the size of the path; with a fixed ttl it has to.
  else writer.attribute(tunnelAttribute.pathMtuDiscovery, Uint8Array.of(1));
  if (settings.encapsulation === undefined) return;
  const { kind, sourcePort, destinationPort } = settings.encapsulation;
  writer.attribute(tunnelAttribute.encapsulationType, hostU16(encapsulationTypes.indexOf(kind)));
  writer.attribute(tunnelAttribute.encapsulationFlags, hostU16(0));
  writer.attribute(tunnelAttribute.sourcePort, networkU16(sourcePort));
  writer.attribute(tunnelAttribute.destinationPort, networkU16(destinationPort));
}

function encodeVxlan(writer: MessageWriter, { vni, port, local }: VxlanSettings): void {
  if (!Number.isInteger(vni) || vni < 0 || vni >= 1 << 24) refuse('a VXLAN identifier is 0 to 16777215', vni);
  if (local.length !== 4 && local.length !== 16) refuse('an address has 4 or 16 octets', local.length);
  writer.attributeU32(vxlanAttribute.id, vni);
  writer.attribute(local.length === 4 ? vxlanAttribute.local : vxlanAttribute.local6, local);
  writer.attribute(vxlanAttribute.learning, Uint8Array.of(0));
  writer.attribute(vxlanAttribute.port, networkU16(port));
}

/** The settings of a link of a kind that has some; null for all others, and for tunnels without fixed ends. */
export function decodeLinkSettings(
  kind: string | undefined,
  view: DataView,
  data: AttributeView | undefined,
): LinkSettings | null {
  if (data === undefined) return null;
  const attributes = new Map<number, AttributeView>();
  for (const attribute of attributesOf(view, data.offset, data.offset + data.length)) {
    attributes.set(attribute.type, attribute);
  }
  const bytes = (type: number): Uint8Array | null => {
    const found = attributes.get(type);
    return found === undefined ? null : readBytes(view, found.offset, found.length);
  };
  if (kind === 'ipip' || kind === 'sit' || kind === 'ip6tnl') return decodeTunnel(kind, bytes);
  if (kind !== 'vxlan') return null;
  const local = bytes(vxlanAttribute.local) ?? bytes(vxlanAttribute.local6);
  const id = attributes.get(vxlanAttribute.id);
  if (local === null || id === undefined) return null;
  return { kind, vni: readU32(view, id), port: ofNetwork(bytes(vxlanAttribute.port)), local };
}

function decodeTunnel(
  kind: IpTunnelSettings['kind'],
  bytes: (type: number) => Uint8Array | null,
): IpTunnelSettings | null {
  const local = bytes(tunnelAttribute.local);
  const remote = bytes(tunnelAttribute.remote);
  if (local === null || remote === null) return null;
  const type = bytes(tunnelAttribute.encapsulationType);
  const encapsulation = encapsulationTypes[type === null ? 0 : ofHost(type)] ?? 'none';
  return {
    kind,
    local,
    remote,
    ttl: bytes(tunnelAttribute.ttl)?.[0] ?? 0,
    ...(encapsulation !== 'none' && {
      encapsulation: {
        kind: encapsulation,
        sourcePort: ofNetwork(bytes(tunnelAttribute.sourcePort)),
        destinationPort: ofNetwork(bytes(tunnelAttribute.destinationPort)),
      },
    }),
  };
}

/** A `__be16`. */
export function networkU16(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) refuse('a port is 0 to 65535', value);
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** A `__u16` in the host's byte order. */
export function hostU16(value: number): Uint8Array {
  return new Uint8Array(new Uint16Array([value]).buffer);
}

function ofNetwork(bytes: Uint8Array | null): number {
  return bytes === null || bytes.length < 2 ? 0 : ((bytes[0] as number) << 8) | (bytes[1] as number);
}

function ofHost(bytes: Uint8Array): number {
  return bytes.length < 2 ? 0 : (new Uint16Array(bytes.slice(0, 2).buffer)[0] as number);
}

function refuse(rule: string, got: number): never {
  throw new LinuxError('LINUX_ERR_ARGUMENT', `${rule}, got ${got}`);
}
