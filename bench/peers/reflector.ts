import { createServer, type Socket } from 'node:net';
import {
  addressToU32,
  ByteWriter,
  createOpen,
  decodeOpen,
  encodeKeepalive,
  encodeOpen,
  Framer,
  IPV4_UNICAST,
  MessageType,
  parseAddress,
} from '@peerage/bgp/codec';
import { nlriOf, rewriteUpdate, type Tamper, writeWithdrawals } from './rewrite-update.js';

/** As `exec:` daemons are told it. */
export interface ReflectorConfig {
  readonly localAs: number;
  readonly routerId: string;
  readonly listenPort: number;
  readonly neighbors: readonly { readonly address: string; readonly remoteAs: number }[];
}

const HEADER = 19;

/** A session of the reflector. */
interface Session {
  readonly socket: Socket;
  readonly framer: Framer;
  /** Our own end of the link. */
  readonly localAddress: string;
  isEstablished: boolean;
  /** Prefixes that it announced, as they came; they are withdrawn when it goes. */
  readonly announced: ByteWriter;
}

/**
 * A BGP speaker without a table: what comes from one peer goes to all others at once, with our AS in front and our next hop.
 * Nothing is decided and next to nothing is kept, so that its figures are the ceiling of what can be measured here. Where
 * two peers announce the same prefix it is wrong.
 */
export class Reflector {
  readonly #config: ReflectorConfig;
  readonly #tamper: Tamper | null;
  readonly #sessions = new Set<Session>();

  constructor(config: ReflectorConfig, tamper: Tamper | null = null) {
    this.#config = config;
    this.#tamper = tamper;
  }

  listen(): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    return new Promise((resolve) => server.listen(this.#config.listenPort, () => resolve()));
  }

  #accept(socket: Socket): void {
    const neighbor = this.#config.neighbors.find(({ address }) => socket.remoteAddress?.endsWith(address));
    if (neighbor === undefined) {
      socket.destroy();
      return;
    }
    const session: Session = {
      socket,
      framer: new Framer(),
      localAddress: socket.localAddress?.replace('::ffff:', '') ?? '',
      isEstablished: false,
      announced: new ByteWriter(),
    };
    this.#sessions.add(session);
    socket.on('data', (chunk) => this.#receive(session, chunk));
    // The end of a connection is told by `close`, whatever came before.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sessions.delete(session);
      this.#send((out) => writeWithdrawals(out, session.announced.view()), session);
    });
  }

  #receive(session: Session, chunk: Buffer): void {
    const { framer, socket } = session;
    const { localAs, routerId } = this.#config;
    framer.push(chunk);
    const updates: { readonly start: number; readonly end: number; readonly bytes: Uint8Array }[] = [];
    while (framer.next() === 'message') {
      const { bytes, start, end, type } = framer;
      if (type === MessageType.Open) {
        const open = decodeOpen(bytes, start, end);
        const holdTime = open.ok ? open.value.holdTime : 0;
        const capabilities = [{ name: 'multiprotocol', family: IPV4_UNICAST } as const];
        socket.write(
          encodeOpen(createOpen({ localAs, holdTime, routerId: addressToU32(routerId), capabilities })),
        );
        socket.write(encodeKeepalive());
      } else if (type === MessageType.Keepalive) {
        if (session.isEstablished) socket.write(encodeKeepalive());
        session.isEstablished = true;
      } else if (type === MessageType.Update) {
        updates.push({ bytes, start, end });
        session.announced.copy(bytes, nlriOf(bytes, start + HEADER), end);
      }
    }
    if (updates.length === 0) return;
    this.#send((out, nextHop) => {
      const hop = { as: localAs, nextHop, tamper: this.#tamper };
      for (const { bytes, start, end } of updates) rewriteUpdate(bytes, start + HEADER, end, hop, out);
    }, session);
  }

  /** Writes messages once for each of our addresses, and sends them to all peers there but to `from`. */
  #send(write: (out: ByteWriter, nextHop: Uint8Array) => void, from: Session): void {
    const written = new Map<string, Uint8Array>();
    for (const session of this.#sessions) {
      if (session === from || !session.isEstablished) continue;
      let block = written.get(session.localAddress);
      if (block === undefined) {
        const out = new ByteWriter(1 << 17);
        write(out, parseAddress(session.localAddress));
        block = out.view();
        written.set(session.localAddress, block);
      }
      if (block.length > 0) session.socket.write(block);
    }
  }
}
