import { MessageType } from '../message/message-type.js';

/** Messages by type, in one direction. */
export interface MessageCounts {
  readonly open: number;
  readonly update: number;
  readonly notification: number;
  readonly keepalive: number;
  readonly routeRefresh: number;
}

/** Counts messages of one direction. */
export class MessageCounter {
  readonly #counts = new Float64Array(6);

  add(type: MessageType, messages = 1): void {
    this.#counts[type]! += messages;
  }

  snapshot(): MessageCounts {
    const of = (type: MessageType): number => this.#counts[type]!;
    return {
      open: of(MessageType.Open),
      update: of(MessageType.Update),
      notification: of(MessageType.Notification),
      keepalive: of(MessageType.Keepalive),
      routeRefresh: of(MessageType.RouteRefresh),
    };
  }
}
