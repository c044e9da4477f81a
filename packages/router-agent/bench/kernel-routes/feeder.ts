/**
 * The program that plays the peers: opens its sessions, and when it is told to, sends its table on all of them as fast as
 * it is taken. Everything was encoded before.
 */
import { connect, type Socket } from 'node:net';
import { formatIp } from '../../src/items/ip.js';
import { feederHost, ownHost, routeTable, segmentAddress, type TableShape } from './route-set.js';
import { endOfRib, message, openMessage, updateStream } from './update-stream.js';

/** What the feeder says. Times are those of the monotonic clock, which all processes share, in nanoseconds. */
export type FeederReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'established' }
  | { readonly kind: 'began'; readonly at: string }
  | { readonly kind: 'sent'; readonly at: string }
  | { readonly kind: 'failed'; readonly message: string };

export type FeederCommand = 'connect' | 'send';

const keepalive = message(4, []);
const keepaliveMilliseconds = 20_000;
const blockBytes = 256 * 1024;

const shape: TableShape = JSON.parse(process.argv[2] ?? '');
const table = routeTable(shape);
const streams = Array.from({ length: shape.ways }, (_, feeder) => updateStream(table, feeder));
const sockets: Socket[] = [];

function tell(report: FeederReport): void {
  process.send?.(report);
}

function fail(text: string): void {
  tell({ kind: 'failed', message: text });
}

function session(feeder: number): Promise<Socket> {
  const { family } = shape;
  const host = formatIp(segmentAddress(family, ownHost));
  const localAddress = formatIp(segmentAddress(family, feederHost(feeder)));
  return new Promise((resolve) => {
    const attempt = (): void => {
      const socket = connect({ host, port: 179, localAddress, noDelay: true });
      let open = false;
      socket.on('connect', () => socket.write(openMessage(family, feederHost(feeder))));
      onMessages(socket, (type, body) => {
        if (type === 1) socket.write(keepalive);
        else if (type === 3) fail(`session ${feeder}: NOTIFICATION ${body[0]}/${body[1]}`);
        else if (type === 4 && !open) {
          open = true;
          setInterval(() => socket.write(keepalive), keepaliveMilliseconds).unref();
          resolve(socket);
        }
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        if (open) fail(`session ${feeder} was closed`);
        else setTimeout(attempt, 200);
      });
    };
    attempt();
  });
}

function onMessages(socket: Socket, listener: (type: number, body: Uint8Array) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 19 && rest.length >= rest.readUInt16BE(16)) {
      const length = rest.readUInt16BE(16);
      listener(rest[18]!, rest.subarray(19, length));
      rest = rest.subarray(length);
    }
  });
}

async function send(socket: Socket, stream: Buffer): Promise<void> {
  for (let at = 0; at < stream.length; at += blockBytes) {
    if (socket.write(stream.subarray(at, at + blockBytes))) continue;
    await new Promise((resolve) => socket.once('drain', resolve));
  }
  await new Promise<void>((resolve) => socket.write(endOfRib(shape.family), () => resolve()));
}

async function obey(command: FeederCommand): Promise<void> {
  if (command === 'connect') {
    sockets.push(...(await Promise.all(streams.map((_, feeder) => session(feeder)))));
    tell({ kind: 'established' });
    return;
  }
  tell({ kind: 'began', at: String(process.hrtime.bigint()) });
  await Promise.all(sockets.map((socket, feeder) => send(socket, streams[feeder]!)));
  tell({ kind: 'sent', at: String(process.hrtime.bigint()) });
}

process.on('message', (command: FeederCommand) => void obey(command));
process.on('disconnect', () => process.exit(0));
tell({ kind: 'ready' });
