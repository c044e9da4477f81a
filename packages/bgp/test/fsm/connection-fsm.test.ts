import t from 'tap';
import { step } from '../../src/fsm/connection-fsm.js';
import { EventCode, type EventNumber, KEEPALIVE_EVENT, UPDATE_EVENT } from '../../src/fsm/event.js';
import type { ConnectionState, MachineOptions, PeerState } from '../../src/fsm/state.js';
import { STATE_NAMES } from '../../src/fsm/state.js';
import { eventOf, notations, stateOf } from './notation.js';

// The shorthand of the tables below. States have counted 3 retries and 2 failures.
const stay = '';
const fail = 'R0 D0 free drop I(2) > idle c=4 f=3';
const failing = (notification: string): string => `${notification} R0 D0 free flush I(2) > idle c=4 f=3`;
const quit = 'R0 D0 free drop > idle c=0 f=0';
const quitting = (notification: string): string => `${notification} R0 D0 free flush > idle c=0 f=0`;
const start = 'init CR dial listen > connect c=0';
const startPassive = 'init CR listen > active c=0';
const openNow = 'R0 OPEN H4m > opensent';

type Row = readonly [EventNumber, ...(readonly [string, string, string, string, string, string])];

/** RFC 4271 §8.2.2: one row for each event, one column for each state. Empty: nothing is done, nothing changes. */
const rows: readonly Row[] = [
  // prettier keeps these rows readable: event | idle | connect | active | opensent | openconfirm | established
  [1, start, stay, stay, stay, stay, stay],
  [2, stay, quit, quit, quitting('N(6/2)'), quitting('N(6/2)'), quitting('N(6/2)')],
  [3, start, stay, stay, stay, stay, stay],
  [4, startPassive, stay, stay, stay, stay, stay],
  [5, startPassive, stay, stay, stay, stay, stay],
  [6, start, stay, stay, stay, stay, stay],
  [7, startPassive, stay, stay, stay, stay, stay],
  [8, stay, fail, fail, failing('N(6/4)'), failing('N(6/4)'), failing('N(6/4)')],
  [9, stay, 'drop CR D0 dial', 'CR dial > connect', failing('N(5/1)'), failing('N(5/2)'), failing('N(5/3)')],
  [10, stay, fail, fail, failing('N(4/0)'), failing('N(4/0)'), failing('N(4/0)')],
  [11, stay, fail, fail, failing('N(5/1)'), 'KA K', 'KA K'],
  [
    12,
    stay,
    'R0 D0 OPEN H4m > opensent',
    'R0 D0 OPEN H4m > opensent',
    failing('N(5/1)'),
    failing('N(5/2)'),
    failing('N(5/3)'),
  ],
  [13, start, fail, fail, failing('N(5/1)'), failing('N(5/2)'), failing('N(5/3)')],
  [14, 'refuse', stay, stay, stay, stay, stay],
  [15, stay, 'refuse', 'refuse', stay, stay, stay],
  [16, 'refuse', openNow, openNow, stay, stay, stay],
  [17, 'refuse', openNow, openNow, stay, stay, stay],
  [
    18,
    stay,
    'R0 D0 free drop I(2) > idle',
    'CR D0 free drop I(2) > idle c=4 f=3',
    'free drop CR listen > active',
    fail,
    fail,
  ],
  [19, stay, fail, fail, 'D0 R0 KA K H > openconfirm', stay, stay],
  [
    20,
    stay,
    'R0 D0 OPEN KA K H > openconfirm',
    'R0 D0 OPEN KA K H > openconfirm',
    failing('N(5/1)'),
    failing('N(5/2)'),
    failing('N(5/3)'),
  ],
  [21, stay, fail, fail, failing('N(1/2:0.18)'), failing('N(1/2:0.18)'), failing('N(1/2:0.18)')],
  [22, stay, fail, fail, failing('N(2/2)'), failing('N(2/2)'), failing('N(5/3)')],
  [23, stay, fail, fail, failing('N(6/7)'), failing('N(6/7)'), stay],
  [24, stay, fail, fail, 'R0 D0 free drop I(2) > idle f=3', 'R0 D0 free drop I(2) > idle f=3', fail],
  [25, stay, fail, fail, fail, fail, fail],
  [26, stay, fail, fail, failing('N(5/1:4)'), 'H up > established', 'H f=0'],
  [27, stay, fail, fail, failing('N(5/1:2)'), failing('N(5/2:2)'), 'H'],
  [28, stay, fail, fail, failing('N(5/1)'), failing('N(5/2)'), failing('N(3/1)')],
  [29, stay, stay, stay, stay, stay, 'N(8/0) R0 D0 free drop I(2) > idle c=4 f=3'],
];

/** What a step did, in the shorthand: actions, then what changed. */
function told(before: ConnectionState, number: EventNumber, holdTime?: number): string {
  const { state, actions } = step(before, eventOf(number, holdTime));
  const changes: string[] = [];
  if (state.name !== before.name) changes.push('>', state.name);
  if (state.connectRetryCounter !== before.connectRetryCounter)
    changes.push(`c=${state.connectRetryCounter}`);
  if (state.failures !== before.failures) changes.push(`f=${state.failures}`);
  return [notations(actions), ...changes].filter((part) => part !== '').join(' ');
}

const eventName = (number: EventNumber): string =>
  Object.entries(EventCode).find(([, value]) => value === number)![0];

t.test('every event in every state does what RFC 4271 and RFC 9687 say', async (t) => {
  t.same(
    rows.map(([number]) => number),
    Array.from({ length: 29 }, (_, i) => i + 1),
    'one row for each event',
  );
  for (const [number, ...cells] of rows) {
    for (const [column, expected] of cells.entries()) {
      const name = STATE_NAMES[column]!;
      const before = stateOf(name);
      t.equal(told(before, number), expected, `${number} ${eventName(number)} in ${name}`);
      const isUnchanged = expected === stay || !/[>=]/.test(expected);
      if (isUnchanged) t.equal(step(before, eventOf(number)).state, before, 'the very same state');
    }
  }
});

interface Special {
  readonly title: string;
  readonly in: PeerState;
  readonly change?: Partial<ConnectionState>;
  readonly options?: Partial<MachineOptions>;
  readonly event: EventNumber;
  readonly holdTime?: number;
  readonly does: string;
}

const delayed = { delayOpenRunning: true } as const;
const specials: readonly Special[] = [
  {
    title: 'TCP up with DelayOpen waits',
    in: 'connect',
    options: { delayOpen: true },
    event: 16,
    does: 'R0 DO',
  },
  {
    title: 'TCP up with DelayOpen waits, passive',
    in: 'active',
    options: { delayOpen: true },
    event: 17,
    does: 'R0 DO',
  },
  {
    title: 'a lost connection while DelayOpen runs waits in Active',
    in: 'connect',
    change: delayed,
    event: 18,
    does: 'CR D0 free drop listen > active',
  },
  {
    title: 'a header error while DelayOpen runs is told',
    in: 'active',
    change: delayed,
    event: 21,
    does: failing('N(1/2:0.18)'),
  },
  {
    title: 'an OPEN error while DelayOpen runs is told',
    in: 'connect',
    change: delayed,
    event: 22,
    does: failing('N(2/2)'),
  },
  {
    title: 'without SendNOTIFICATIONwithoutOPEN it is not',
    in: 'connect',
    change: delayed,
    options: { notificationWithoutOpen: false },
    event: 22,
    does: fail,
  },
  {
    title: 'a stop while DelayOpen runs is told',
    in: 'active',
    change: delayed,
    event: 2,
    does: quitting('N(6/2)'),
  },
  {
    title: 'a stop without an OPEN is silent if configured',
    in: 'active',
    change: delayed,
    options: { notificationWithoutOpen: false },
    event: 2,
    does: quit,
  },
  {
    title: 'a refused version while DelayOpen runs is not counted',
    in: 'active',
    change: delayed,
    event: 24,
    does: 'R0 D0 free drop I(2) > idle f=3',
  },
  {
    title: 'hold time 0 runs no timer',
    in: 'opensent',
    event: 19,
    holdTime: 0,
    does: 'D0 R0 KA K0 H0 > openconfirm',
  },
  {
    title: 'hold time 0 with DelayOpen',
    in: 'connect',
    change: delayed,
    event: 20,
    holdTime: 0,
    does: 'R0 D0 OPEN KA K0 H0 > openconfirm',
  },
  {
    title: 'Established with hold time 0 is proved at once',
    in: 'openconfirm',
    change: { holdTime: 0 },
    event: 26,
    does: 'up > established f=0',
  },
  {
    title: 'a KEEPALIVE with hold time 0 starts nothing',
    in: 'established',
    change: { holdTime: 0 },
    event: 26,
    does: '',
  },
  {
    title: 'an UPDATE with hold time 0 starts nothing',
    in: 'established',
    change: { holdTime: 0 },
    event: 27,
    does: '',
  },
  {
    title: 'a damped start waits for the idle hold',
    in: 'idle',
    change: { idleHoldRunning: true },
    event: 6,
    does: '',
  },
  {
    title: 'a damped passive start waits too',
    in: 'idle',
    change: { idleHoldRunning: true },
    event: 7,
    does: '',
  },
  {
    title: 'a start by hand does not wait',
    in: 'idle',
    change: { idleHoldRunning: true },
    event: 1,
    does: 'I0 init CR dial listen > connect c=0',
  },
  {
    title: 'a stop by hand ends the idle hold, and sends nothing',
    in: 'idle',
    change: { idleHoldRunning: true },
    event: 2,
    does: 'I0 f=0',
  },
  {
    title: 'the end of the idle hold restarts a passive peer passively',
    in: 'idle',
    change: { idleHoldRunning: true },
    options: { passive: true },
    event: 13,
    does: startPassive,
  },
  {
    title: 'a passive peer does not dial when ConnectRetry expires',
    in: 'active',
    options: { passive: true },
    event: 9,
    does: 'CR',
  },
  {
    title: 'a collision ends Established only if configured',
    in: 'established',
    options: { collisionDetectEstablished: true },
    event: 23,
    does: failing('N(6/7)'),
  },
];

for (const special of specials) {
  t.test(special.title, async (t) => {
    const before = stateOf(special.in, special.change, special.options);
    t.equal(told(before, special.event, special.holdTime), special.does);
  });
}

t.test('the everyday events of Established allocate nothing: same state, same list, same step', async (t) => {
  const proved = step(stateOf('established'), KEEPALIVE_EVENT).state;
  t.equal(proved.failures, 0);
  for (const event of [KEEPALIVE_EVENT, UPDATE_EVENT, { number: EventCode.KeepaliveExpires }] as const) {
    const [first, second] = [step(proved, event), step(proved, event)];
    t.equal(first, second);
    t.equal(first.state, proved);
    t.ok(Object.isFrozen(first.actions));
  }
});

t.test(
  'failures in a row make the idle hold longer, and a proved session makes it short again',
  async (t) => {
    let state = stateOf('openconfirm', { failures: 0 });
    const holds: string[] = [];
    for (let i = 0; i < 4; i++) {
      const failed = step({ ...state, name: 'openconfirm' }, { number: EventCode.TcpConnectionFails });
      holds.push(notations(failed.actions).split(' ').at(-1)!);
      state = failed.state;
    }
    t.same(holds, ['I(0)', 'I(1)', 'I(2)', 'I(3)']);
    const up = step({ ...state, name: 'openconfirm', holdTime: 90 }, KEEPALIVE_EVENT);
    t.equal(up.state.failures, 4, 'Established alone proves nothing');
    t.equal(step(up.state, KEEPALIVE_EVENT).state.failures, 0);
  },
);
