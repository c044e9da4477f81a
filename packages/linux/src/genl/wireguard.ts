import { LinuxError } from '../errors.js';
import { hostU16 } from '../link/link-settings.js';
import { type AttributeView, attributesOf, readBytes } from '../netlink/attribute.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import { messageHeaderLength, messagesOf, messageType } from '../netlink/message.js';
import type { MessageWriter } from '../netlink/message-writer.js';
import type { Requester } from '../netlink/requester.js';
import { addressFamily } from '../route/route.js';
import { GenericFamily, genericHeaderLength } from './generic-family.js';

/** A range of addresses that are behind a peer. */
export interface AllowedIp {
  /** 4 or 16 octets. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
}

/** Another end of a WireGuard link. */
export interface WireguardPeer {
  /** 32 octets (Curve25519). */
  readonly publicKey: Uint8Array;
  /** Where it is reached; absent: it calls first. */
  readonly endpoint?: { readonly address: Uint8Array; readonly port: number };
  readonly allowedIps: readonly AllowedIp[];
  /** Seconds after which something is sent although nothing is to be; 0 or absent: never. */
  readonly keepalive?: number;
  /** Seconds of the last handshake since 1970, 0 for none. Read only. */
  readonly lastHandshake?: number;
}

/** A WireGuard link as it is. The private key is not read back. */
export interface WireguardDevice {
  /** Null when it has no private key. */
  readonly publicKey: Uint8Array | null;
  readonly listenPort: number;
  readonly peers: readonly WireguardPeer[];
}

/** What a WireGuard link is to be. */
export interface WireguardSettings {
  /** 32 octets. */
  readonly privateKey: Uint8Array;
  readonly listenPort: number;
}

const command = { get: 0, set: 1 } as const;
/** `WGDEVICE_A_*` */
const device = { name: 2, privateKey: 3, publicKey: 4, listenPort: 6, peers: 8 } as const;
/** `WGPEER_A_*` */
const peer = { publicKey: 1, flags: 3, endpoint: 4, keepalive: 5, lastHandshake: 6, allowedIps: 9 } as const;
const peerFlag = { remove: 1, replaceAllowedIps: 2, updateOnly: 4 } as const;
/** `WGALLOWEDIP_A_*` */
const allowed = { family: 1, address: 2, length: 3 } as const;
const keyLength = 32;

/** The WireGuard links of a handle's namespace; the links themselves are made by `Links`. */
export class Wireguard {
  readonly #family: GenericFamily;

  constructor(requester: Requester) {
    this.#family = new GenericFamily(requester, 'wireguard', 1);
  }

  /** What the link of that name has; rejects with `ENODEV` when there is none. */
  async get(name: string): Promise<WireguardDevice> {
    const write = (writer: MessageWriter): void => writer.attributeText(device.name, name);
    const parts = await this.#family.list(command.get, `read WireGuard link ${name}`, write, decodeDevices);
    const [first] = parts;
    if (first === undefined) throw new LinuxError('LINUX_ERR_KERNEL', `${name} is no WireGuard link`);
    return { ...first, peers: joinedPeers(parts.flatMap(({ peers }) => peers)) };
  }

  /** Gives a link its key and port; its peers stay. */
  set(name: string, settings: WireguardSettings): Promise<void> {
    checkKey('private', settings.privateKey);
    return this.#family.change(command.set, `set up WireGuard link ${name}`, (writer) => {
      writer.attributeText(device.name, name);
      writer.attribute(device.privateKey, settings.privateKey);
      writer.attribute(device.listenPort, hostU16(settings.listenPort));
    });
  }

  /** Adds a peer, or gives the one with that key another endpoint and other ranges. Its sessions go on. */
  setPeer(name: string, wanted: WireguardPeer): Promise<void> {
    checkKey('public', wanted.publicKey);
    return this.#changePeer(name, (writer) => {
      writer.attribute(peer.publicKey, wanted.publicKey);
      writer.attributeU32(peer.flags, peerFlag.replaceAllowedIps);
      if (wanted.endpoint !== undefined) writer.attribute(peer.endpoint, socketAddress(wanted.endpoint));
      writer.attribute(peer.keepalive, hostU16(wanted.keepalive ?? 0));
      const ranges = writer.beginNested(peer.allowedIps);
      for (const { address, prefixLength } of wanted.allowedIps) {
        const range = writer.beginNested(0);
        const family = address.length === 4 ? addressFamily[4] : addressFamily[6];
        writer.attribute(allowed.family, hostU16(family));
        writer.attribute(allowed.address, address);
        writer.attribute(allowed.length, Uint8Array.of(prefixLength));
        writer.endNested(range);
      }
      writer.endNested(ranges);
    });
  }

  /** Makes a peer that is there say something now, for which the two shake hands where they have not; from then on each so many seconds. */
  async callPeer(name: string, publicKey: Uint8Array, keepalive: number): Promise<void> {
    checkKey('public', publicKey);
    // The kernel sends at once when the time goes from none to some.
    for (const seconds of [0, keepalive]) {
      await this.#changePeer(name, (writer) => {
        writer.attribute(peer.publicKey, publicKey);
        writer.attributeU32(peer.flags, peerFlag.updateOnly);
        writer.attribute(peer.keepalive, hostU16(seconds));
      });
    }
  }

  removePeer(name: string, publicKey: Uint8Array): Promise<void> {
    checkKey('public', publicKey);
    return this.#changePeer(name, (writer) => {
      writer.attribute(peer.publicKey, publicKey);
      writer.attributeU32(peer.flags, peerFlag.remove);
    });
  }

  #changePeer(name: string, write: (writer: MessageWriter) => void): Promise<void> {
    return this.#family.change(command.set, `change a peer of WireGuard link ${name}`, (writer) => {
      writer.attributeText(device.name, name);
      const peers = writer.beginNested(device.peers);
      const one = writer.beginNested(0);
      write(writer);
      writer.endNested(one);
      writer.endNested(peers);
    });
  }
}

function checkKey(which: string, key: Uint8Array): void {
  if (key.length === keyLength) return;
  throw new LinuxError('LINUX_ERR_ARGUMENT', `a ${which} key has ${keyLength} octets, got ${key.length}`);
}

/** `struct sockaddr_in` or `sockaddr_in6`. */
function socketAddress({ address, port }: NonNullable<WireguardPeer['endpoint']>): Uint8Array {
  const isIpv4 = address.length === 4;
  const bytes = new Uint8Array(isIpv4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isIpv4 ? addressFamily[4] : addressFamily[6], hostIsLittleEndian);
  view.setUint16(2, port);
  bytes.set(address, isIpv4 ? 4 : 8);
  return bytes;
}

function decodeDevices(bytes: Uint8Array): WireguardDevice[] {
  const devices: WireguardDevice[] = [];
  for (const { type, view, offset, end } of messagesOf(bytes)) {
    if (type === messageType.done || type === messageType.error) continue;
    let publicKey: Uint8Array | null = null;
    let listenPort = 0;
    const peers: WireguardPeer[] = [];
    const start = offset + messageHeaderLength + genericHeaderLength;
    for (const { type: name, offset: value, length } of attributesOf(view, start, end)) {
      if (name === device.publicKey) publicKey = readBytes(view, value, length);
      else if (name === device.listenPort) listenPort = view.getUint16(value, hostIsLittleEndian);
      else if (name === device.peers) {
        for (const one of attributesOf(view, value, value + length)) peers.push(decodePeer(view, one));
      }
    }
    devices.push({ publicKey, listenPort, peers });
  }
  return devices;
}

function decodePeer(view: DataView, { offset, length }: AttributeView): WireguardPeer {
  let publicKey: Uint8Array = new Uint8Array(0);
  let endpoint: WireguardPeer['endpoint'];
  let lastHandshake = 0;
  let keepalive = 0;
  const allowedIps: AllowedIp[] = [];
  for (const { type, offset: value, length: size } of attributesOf(view, offset, offset + length)) {
    if (type === peer.publicKey) publicKey = readBytes(view, value, size);
    else if (type === peer.endpoint && size >= 16) {
      const isIpv4 = view.getUint16(value, hostIsLittleEndian) === addressFamily[4];
      const address = readBytes(view, value + (isIpv4 ? 4 : 8), isIpv4 ? 4 : 16);
      endpoint = { address, port: view.getUint16(value + 2) };
    } else if (type === peer.lastHandshake && size >= 8) {
      lastHandshake = Number(view.getBigInt64(value, hostIsLittleEndian));
    } else if (type === peer.keepalive) {
      keepalive = view.getUint16(value, hostIsLittleEndian);
    } else if (type === peer.allowedIps) {
      for (const range of attributesOf(view, value, value + size)) allowedIps.push(decodeRange(view, range));
    }
  }
  return {
    publicKey,
    allowedIps,
    lastHandshake,
    ...(endpoint !== undefined && { endpoint }),
    ...(keepalive !== 0 && { keepalive }),
  };
}

function decodeRange(view: DataView, { offset, length }: AttributeView): AllowedIp {
  let address: Uint8Array = new Uint8Array(0);
  let prefixLength = 0;
  for (const attribute of attributesOf(view, offset, offset + length)) {
    if (attribute.type === allowed.address) address = readBytes(view, attribute.offset, attribute.length);
    else if (attribute.type === allowed.length) prefixLength = view.getUint8(attribute.offset);
  }
  return { address, prefixLength };
}

/** A peer with many ranges comes in several parts, one after the other. */
function joinedPeers(parts: readonly WireguardPeer[]): readonly WireguardPeer[] {
  const peers: WireguardPeer[] = [];
  for (const part of parts) {
    const last = peers.at(-1);
    if (last !== undefined && sameKey(last.publicKey, part.publicKey)) {
      peers[peers.length - 1] = { ...last, allowedIps: [...last.allowedIps, ...part.allowedIps] };
    } else {
      peers.push(part);
    }
  }
  return peers;
}

function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
