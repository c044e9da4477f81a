import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy on a loopback port that can go silent: while stalled it accepts connections and reads them, but passes nothing on, and
 * tells neither side that the other has gone. So a network looks whose far end lost power.
 */
export class StallingProxy {
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #stalled = false;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  static async open(targetPort: number): Promise<StallingProxy> {
    const proxy = new StallingProxy(targetPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stall(): void {
    this.#stalled = true;
  }

  /** New connections work; those of before the stall, and of during it, stay dead. */
  resume(): void {
    this.#stalled = false;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: Socket): void {
    if (this.#stalled) {
      this.#keep(client);
      client.resume();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    const pair = { dead: false };
    const relay = (from: Socket, to: Socket): void => {
      this.#keep(from);
      from.on('data', (chunk) => {
        pair.dead ||= this.#stalled;
        if (!pair.dead) to.write(chunk);
      });
      from.on('close', () => {
        pair.dead ||= this.#stalled;
        if (!pair.dead) to.destroy();
      });
    };
    relay(client, server);
    relay(server, client);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
