import { LinuxError } from '../errors.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import { messageHeaderLength } from '../netlink/message.js';
import { MessageWriter } from '../netlink/message-writer.js';
import { encodeRoute, type RouteOperation } from './encode-route.js';
import { type Route, routeHeaderLength } from './route.js';

/*
 * Where a message of {@link encodeRoute} has what differs: the prefix length, an octet within the second word of the route's header, and
 * the destination, which is the first attribute.
 *
 *    0          16                   28        32
 *   +----------+--------------------+---------+----------------+------------ - -
 *   | nlmsghdr | rtmsg: .. length ..| nlattr  | address        | other attributes
 *   +----------+--------------------+---------+----------------+------------ - -
 */
const lengthWord = messageHeaderLength / 4;
const addressWord = (messageHeaderLength + routeHeaderLength + 4) / 4;

/**
 * One change to be asked for many destinations: everything of the route but its destination and prefix length is encoded and checked
 * once, and a batch copies it. See `RouteBatch.fill`.
 */
export class RouteTemplate {
  readonly operation: RouteOperation;
  readonly family: 4 | 6;
  /** @internal The message in words of the host, its prefix length and destination zero. */
  readonly words: Uint32Array;

  /** Throws `LINUX_ERR_ARGUMENT` on what cannot be a route. */
  constructor(operation: RouteOperation, route: Omit<Route, 'destination' | 'prefixLength'>) {
    const destination = new Uint8Array(route.family === 4 ? 4 : 16);
    const writer = new MessageWriter();
    encodeRoute(writer, operation, { ...route, destination, prefixLength: 0 });
    this.operation = operation;
    this.family = route.family;
    this.words = new Uint32Array(writer.finish().buffer);
  }

  /** @internal Writes the message at a word; the address is given in numbers, most significant first. Gives the word after it. */
  write(into: Uint32Array, at: number, length: number, a: number, b: number, c: number, d: number): number {
    const { words } = this;
    const most = this.family === 4 ? 32 : 128;
    if (!(length >= 0 && length <= most)) {
      throw new LinuxError(
        'LINUX_ERR_ARGUMENT',
        `the prefix length of an IPv${this.family} route is 0 to ${most}, got ${length}`,
      );
    }
    for (let i = 0; i < words.length; i++) into[at + i] = words[i] as number;
    const first = words[lengthWord] as number;
    into[at + lengthWord] = first | (length << (hostIsLittleEndian ? 8 : 16));
    into[at + addressWord] = inNetworkOrder(a);
    if (this.family === 6) {
      into[at + addressWord + 1] = inNetworkOrder(b);
      into[at + addressWord + 2] = inNetworkOrder(c);
      into[at + addressWord + 3] = inNetworkOrder(d);
    }
    return at + words.length;
  }
}

function inNetworkOrder(word: number): number {
  if (!hostIsLittleEndian) return word;
  return (word >>> 24) | ((word >>> 8) & 0xff00) | ((word & 0xff00) << 8) | (word << 24);
}
