import type { NotificationCode } from './event.js';

/** The timers of RFC 4271 §8 and RFC 9687. The first two belong to the peer, the others to one connection. */
export type TimerName = 'connectRetry' | 'idleHold' | 'delayOpen' | 'hold' | 'keepalive';

/**
 * What a transition asks of the session. Lists are executed in order.
 *
 * `release` gives back everything that belongs to the connection: its timers, what was negotiated, and, from
 * Established, the routes of the peer. `drop` closes the TCP connection, or gives up the dial; with `flush` what was
 * written before may still leave (RFC 4271 does not say so, but a reset would overtake the NOTIFICATION).
 * `listen` and `dial` prepare for inbound and outbound connections; a dial under way is replaced.
 */
export type Action =
  | { readonly type: 'initialize' | 'dial' | 'listen' | 'refuse' | 'release' | 'establish' }
  | { readonly type: 'drop'; readonly flush: boolean }
  | { readonly type: 'stop-timer'; readonly timer: TimerName }
  | { readonly type: 'start-timer'; readonly timer: 'connectRetry' | 'keepalive'; readonly jitter: true }
  | { readonly type: 'start-timer'; readonly timer: 'delayOpen'; readonly jitter: false }
  | {
      readonly type: 'start-timer';
      readonly timer: 'hold';
      readonly jitter: false;
      /** `large`: the 4 minutes that RFC 4271 §8.2.2 gives the peer's OPEN. */
      readonly length: 'large' | 'negotiated';
    }
  | {
      readonly type: 'start-timer';
      readonly timer: 'idleHold';
      readonly jitter: true;
      /** How often the configured time is doubled; the session caps the product. */
      readonly doublings: number;
    }
  | { readonly type: 'send-open' | 'send-keepalive' }
  | ({ readonly type: 'send-notification' } & NotificationCode);

export const INITIALIZE: Action = Object.freeze({ type: 'initialize' });
export const DIAL: Action = Object.freeze({ type: 'dial' });
export const LISTEN: Action = Object.freeze({ type: 'listen' });
export const REFUSE: Action = Object.freeze({ type: 'refuse' });
export const RELEASE: Action = Object.freeze({ type: 'release' });
export const ESTABLISH: Action = Object.freeze({ type: 'establish' });
export const DROP: Action = Object.freeze({ type: 'drop', flush: false });
export const DROP_FLUSHED: Action = Object.freeze({ type: 'drop', flush: true });
export const SEND_OPEN: Action = Object.freeze({ type: 'send-open' });
export const SEND_KEEPALIVE: Action = Object.freeze({ type: 'send-keepalive' });

export const STOP_CONNECT_RETRY: Action = Object.freeze({ type: 'stop-timer', timer: 'connectRetry' });
export const STOP_DELAY_OPEN: Action = Object.freeze({ type: 'stop-timer', timer: 'delayOpen' });
export const STOP_IDLE_HOLD: Action = Object.freeze({ type: 'stop-timer', timer: 'idleHold' });
export const STOP_HOLD: Action = Object.freeze({ type: 'stop-timer', timer: 'hold' });
export const STOP_KEEPALIVE: Action = Object.freeze({ type: 'stop-timer', timer: 'keepalive' });

export const START_CONNECT_RETRY: Action = Object.freeze({
  type: 'start-timer',
  timer: 'connectRetry',
  jitter: true,
});
export const START_DELAY_OPEN: Action = Object.freeze({
  type: 'start-timer',
  timer: 'delayOpen',
  jitter: false,
});
export const START_KEEPALIVE: Action = Object.freeze({
  type: 'start-timer',
  timer: 'keepalive',
  jitter: true,
});
export const START_HOLD: Action = Object.freeze({
  type: 'start-timer',
  timer: 'hold',
  jitter: false,
  length: 'negotiated',
});
export const START_LARGE_HOLD: Action = Object.freeze({
  type: 'start-timer',
  timer: 'hold',
  jitter: false,
  length: 'large',
});

export function startIdleHold(doublings: number): Action {
  return { type: 'start-timer', timer: 'idleHold', jitter: true, doublings };
}

export function sendNotification({ code, subcode, data }: NotificationCode): Action {
  return { type: 'send-notification', code, subcode, data };
}

/** Timers and dials belong to the peer: a connection that leaves while another lives must not touch them. */
export function ofConnection(action: Action): boolean {
  switch (action.type) {
    case 'dial':
    case 'listen':
      return false;
    case 'start-timer':
    case 'stop-timer':
      return action.timer !== 'connectRetry' && action.timer !== 'idleHold';
    default:
      return true;
  }
}
