import { networkU16 } from '../link/link-settings.js';
import { attributesOf } from '../netlink/attribute.js';
import { messageHeaderLength, messagesOf, messageType } from '../netlink/message.js';
import type { MessageWriter } from '../netlink/message-writer.js';
import type { Requester } from '../netlink/requester.js';
import { addressFamily } from '../route/route.js';
import { GenericFamily, genericHeaderLength } from './generic-family.js';

/** A UDP port at which tunnels with UDP headers end (`ip-fou(8)`). */
export interface FouPort {
  readonly family: 4 | 6;
  readonly port: number;
  /** What is in the datagrams: with a header of its own that says so, or packets of one protocol. */
  readonly kind: 'gue' | 'fou';
  /** With `fou`: the protocol of the packets (`IPPROTO_*`), 4 for IPv4 in IPv4. */
  readonly protocol?: number;
}

const command = { add: 1, delete: 2, get: 3 } as const;
/** `FOU_ATTR_*` */
const attribute = { port: 1, family: 2, protocol: 3, type: 4 } as const;
const types = { fou: 1, gue: 2 } as const;

/** The ports that receive tunnels with UDP headers in a handle's namespace. */
export class FouPorts {
  readonly #family: GenericFamily;

  constructor(requester: Requester) {
    this.#family = new GenericFamily(requester, 'fou', 1);
  }

  list(): Promise<readonly FouPort[]> {
    return this.#family.list(command.get, 'list FoU ports', () => {}, decodePorts);
  }

  /** Opens a port; rejects with `EADDRINUSE` when another program has it, with `EALREADY` when it is open. */
  add(port: FouPort): Promise<void> {
    return this.#family.change(command.add, `open FoU port ${port.port}`, (writer) => {
      writePort(writer, port);
      writer.attribute(attribute.type, Uint8Array.of(types[port.kind]));
      if (port.kind === 'fou') writer.attribute(attribute.protocol, Uint8Array.of(port.protocol ?? 0));
    });
  }

  delete(port: FouPort): Promise<void> {
    return this.#family.change(command.delete, `close FoU port ${port.port}`, (writer) => {
      writePort(writer, port);
    });
  }
}

function writePort(writer: MessageWriter, { port, family }: FouPort): void {
  writer.attribute(attribute.port, networkU16(port));
  writer.attribute(attribute.family, Uint8Array.of(addressFamily[family]));
}

function decodePorts(bytes: Uint8Array): FouPort[] {
  const ports: FouPort[] = [];
  for (const { type, view, offset, end } of messagesOf(bytes)) {
    if (type === messageType.done || type === messageType.error) continue;
    let port = 0;
    let family = 0;
    let kind: FouPort['kind'] = 'fou';
    let protocol = 0;
    const start = offset + messageHeaderLength + genericHeaderLength;
    for (const { type: name, offset: value } of attributesOf(view, start, end)) {
      if (name === attribute.port) port = view.getUint16(value);
      else if (name === attribute.family) family = view.getUint8(value);
      else if (name === attribute.protocol) protocol = view.getUint8(value);
      else if (name === attribute.type && view.getUint8(value) === types.gue) kind = 'gue';
    }
    const numbered = { family: family === addressFamily[6] ? 6 : 4, port } as const;
    ports.push(kind === 'gue' ? { ...numbered, kind } : { ...numbered, kind, protocol });
  }
  return ports;
}
