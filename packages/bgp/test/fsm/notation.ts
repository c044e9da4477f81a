import type { Action } from '../../src/fsm/action.js';
import { step } from '../../src/fsm/connection-fsm.js';
import type { ConnectionEvent, EventNumber } from '../../src/fsm/event.js';
import { EventCode } from '../../src/fsm/event.js';
import type { ConnectionState, PeerState } from '../../src/fsm/state.js';
import { DEFAULT_OPTIONS, idleState, type MachineOptions } from '../../src/fsm/state.js';

/** Actions in the shorthand of the state tables: R0 and D0 stop timers, CR, DO, K, H and I(n) start them. */
export function notation(action: Action): string {
  switch (action.type) {
    case 'initialize':
      return 'init';
    case 'release':
      return 'free';
    case 'establish':
      return 'up';
    case 'send-open':
      return 'OPEN';
    case 'send-keepalive':
      return 'KA';
    case 'send-notification':
      return `N(${action.code}/${action.subcode}${action.data.length === 0 ? '' : `:${[...action.data].join('.')}`})`;
    case 'drop':
      return action.flush ? 'flush' : 'drop';
    case 'stop-timer':
      return { connectRetry: 'R0', delayOpen: 'D0', idleHold: 'I0', hold: 'H0', keepalive: 'K0' }[
        action.timer
      ];
    case 'start-timer':
      if (action.timer === 'idleHold') return `I(${action.doublings})`;
      if (action.timer === 'hold') return action.length === 'large' ? 'H4m' : 'H';
      return { connectRetry: 'CR', delayOpen: 'DO', keepalive: 'K' }[action.timer];
    default:
      return action.type;
  }
}

export const notations = (actions: readonly Action[]): string => actions.map(notation).join(' ');

/** An event with what it carries: Cease 6/2 or 6/4, a hold time, and the fault that a NOTIFICATION will tell. */
export function eventOf(number: EventNumber, holdTime = 90): ConnectionEvent {
  const data = new Uint8Array(0);
  switch (number) {
    case EventCode.ManualStop:
      return { number, subcode: 2, data };
    case EventCode.AutomaticStop:
      return { number, subcode: 4, data };
    case EventCode.BgpOpen:
    case EventCode.BgpOpenWithDelayOpen:
      return { number, holdTime };
    case EventCode.BgpHeaderError:
      return { number, notification: { code: 1, subcode: 2, data: Uint8Array.of(0, 18) } };
    case EventCode.BgpOpenError:
      return { number, notification: { code: 2, subcode: 2, data } };
    case EventCode.UpdateError:
      return { number, notification: { code: 3, subcode: 1, data } };
    case EventCode.KeepAlive:
      return { number, messageType: 4 };
    case EventCode.Update:
      return { number, messageType: 2 };
    default:
      return { number };
  }
}

/** A machine that is in a state for a while: 3 retries counted, 2 failures in a row. */
export function stateOf(
  name: PeerState,
  change: Partial<ConnectionState> = {},
  options: Partial<MachineOptions> = {},
): ConnectionState {
  const base: ConnectionState = {
    ...idleState({ ...DEFAULT_OPTIONS, ...options }),
    connectRetryCounter: 3,
    failures: 2,
    holdTime: name === 'openconfirm' || name === 'established' ? 90 : 0,
    ...change,
  };
  if (name !== 'established') return { ...base, name };
  return step({ ...base, name: 'openconfirm' }, { number: EventCode.KeepAlive, messageType: 4 }).state;
}
