import t from 'tap';
import {
  type RestartAction,
  type RestartEvent,
  type RestartHelper,
  type RestartTerms,
  steadyHelper,
  stepRestart,
} from '../../src/fsm/graceful-restart.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';

const both = [IPV4_UNICAST, IPV6_UNICAST];

function terms(more: Partial<RestartTerms> = {}): RestartTerms {
  return {
    restartTime: 120,
    notification: false,
    families: both.map((family) => ({ family, forwarding: true })),
    longLived: [],
    ...more,
  };
}

const longLived = [{ family: IPV4_UNICAST, forwarding: true, staleTime: 3600 }];

function told(action: RestartAction): string {
  switch (action.type) {
    case 'keep':
      return `keep ${action.families.map(({ name }) => name.slice(0, 4)).join('+')}`;
    case 'drop-all':
      return 'drop-all';
    case 'drop':
      return `drop ${action.family.name.slice(0, 4)} ${action.which}`;
    case 'long-live':
      return `long-live ${action.family.name.slice(0, 4)}`;
    default: {
      const timer = typeof action.timer === 'string' ? action.timer : action.timer.name.slice(0, 4);
      return action.type === 'stop-timer' ? `stop ${timer}` : `start ${timer} ${action.seconds}`;
    }
  }
}

/** A machine that is led from event to event; `on` returns what it said. */
class Walk {
  helper: RestartHelper = steadyHelper(360);

  on(event: RestartEvent): string {
    const { helper, actions } = stepRestart(this.helper, event);
    this.helper = helper;
    return actions.map(told).join(', ');
  }
  up(agreed: RestartTerms | null, carried = both): string {
    return this.on({ type: 'established', terms: agreed, carried });
  }
  lost(how: 'connection' | 'notification' | 'hard-reset' = 'connection'): string {
    return this.on({ type: 'lost', how });
  }
  endOfRib(family = IPV4_UNICAST): string {
    return this.on({ type: 'end-of-rib', family });
  }
  timer(type: 'restart-timer' | 'stale-path-timer'): string {
    return this.on({ type });
  }
}

t.test('what is kept depends on the terms and on how the session ended', (t) => {
  const rows = [
    { agreed: null, how: 'connection', kept: false },
    { agreed: terms(), how: 'connection', kept: true },
    { agreed: terms(), how: 'notification', kept: false },
    { agreed: terms(), how: 'hard-reset', kept: false },
    { agreed: terms({ notification: true }), how: 'connection', kept: true },
    { agreed: terms({ notification: true }), how: 'notification', kept: true },
    { agreed: terms({ notification: true }), how: 'hard-reset', kept: false },
    { agreed: terms({ families: [] }), how: 'connection', kept: false },
  ] as const;
  for (const { agreed, how, kept } of rows) {
    const walk = new Walk();
    t.equal(walk.up(agreed), '', 'a first session asks for nothing');
    t.equal(walk.lost(how), kept ? 'keep ipv4+ipv6, start restart 120' : 'drop-all', how);
    t.equal(walk.helper.phase, kept ? 'away' : 'steady');
  }
  t.end();
});

t.test('a peer that returns is swept family by family, at its End-of-RIB', (t) => {
  const walk = new Walk();
  walk.up(terms());
  walk.lost();
  t.equal(walk.up(terms()), 'stop restart, start stale-path 360');
  t.equal(walk.endOfRib(IPV6_UNICAST), 'drop ipv6 stale');
  t.equal(walk.helper.phase, 'resyncing');
  t.equal(walk.endOfRib(IPV6_UNICAST), '', 'once');
  t.equal(walk.endOfRib(), 'drop ipv4 stale, stop stale-path');
  t.equal(walk.helper.phase, 'steady');
  t.end();
});

t.test('without the F bit, without the family, or without the capability, stale routes go at once', (t) => {
  const forwarding = (keeps: boolean): RestartTerms['families'] =>
    both.map((family) => ({ family, forwarding: family === IPV6_UNICAST || keeps }));
  const rows = [
    { agreed: terms({ families: forwarding(false) }), carried: both },
    { agreed: terms({ families: [{ family: IPV6_UNICAST, forwarding: true }] }), carried: both },
    { agreed: terms(), carried: [IPV6_UNICAST] },
  ];
  for (const { agreed, carried } of rows) {
    const walk = new Walk();
    walk.up(terms());
    walk.lost();
    t.equal(walk.up(agreed, carried), 'stop restart, drop ipv4 stale, start stale-path 360');
    t.equal(walk.endOfRib(IPV6_UNICAST), 'drop ipv6 stale, stop stale-path');
  }
  const walk = new Walk();
  walk.up(terms());
  walk.lost();
  t.equal(walk.up(null), 'stop restart, drop ipv4 stale, drop ipv6 stale');
  t.equal(walk.helper.phase, 'steady');
  t.equal(walk.lost(), 'drop-all', 'the new session has no terms');
  t.end();
});

t.test('a peer that does not return loses everything after its restart time', (t) => {
  const walk = new Walk();
  walk.up(terms());
  walk.lost();
  t.equal(walk.timer('restart-timer'), 'stop restart, drop-all');
  t.equal(walk.helper.phase, 'steady');
  t.equal(walk.timer('restart-timer'), '', 'a late timer is nothing');
  t.end();
});

t.test('a peer that returns and never sends End-of-RIB is swept after the stale path time', (t) => {
  const walk = new Walk();
  walk.up(terms());
  walk.lost();
  walk.up(terms());
  t.equal(walk.timer('stale-path-timer'), 'drop ipv4 stale, drop ipv6 stale, stop stale-path');
  t.equal(walk.helper.phase, 'steady');
  t.end();
});

t.test('a second loss during the first restart keeps anew and starts the time anew', (t) => {
  const walk = new Walk();
  walk.up(terms());
  walk.lost();
  walk.up(terms());
  walk.endOfRib();
  t.equal(walk.lost(), 'stop stale-path, keep ipv4+ipv6, start restart 120');
  t.equal(walk.lost('notification'), 'stop restart, drop-all', 'what ends it while it is away ends all');
  t.end();
});

t.test('a stop drops everything, whatever runs', (t) => {
  const walk = new Walk();
  walk.up(terms({ longLived }));
  t.equal(walk.on({ type: 'stopped' }), 'drop-all');
  walk.up(terms({ longLived }));
  walk.lost();
  t.equal(walk.on({ type: 'stopped' }), 'stop restart, drop-all');
  walk.up(terms({ longLived }));
  walk.lost();
  walk.timer('restart-timer');
  t.equal(walk.on({ type: 'stopped' }), 'stop restart, stop ipv4, drop-all');
  t.end();
});

t.test('after the restart time a long-lived family goes on for its own time, others go', (t) => {
  const walk = new Walk();
  walk.up(terms({ longLived }));
  t.equal(walk.lost(), 'keep ipv4+ipv6, start restart 120');
  t.equal(walk.timer('restart-timer'), 'long-live ipv4, start ipv4 3600, drop ipv6 stale');
  t.equal(walk.on({ type: 'long-lived-timer', family: IPV4_UNICAST }), 'stop restart, drop-all');
  t.end();
});

t.test('a restart time of 0 begins the long-lived time at once', (t) => {
  const walk = new Walk();
  walk.up(terms({ restartTime: 0, longLived }));
  t.equal(walk.lost(), 'keep ipv4+ipv6, long-live ipv4, start ipv4 3600, drop ipv6 stale');
  t.end();
});

t.test('a long-lived family is swept at End-of-RIB, and its time goes on until then', (t) => {
  const walk = new Walk();
  walk.up(terms({ longLived }));
  walk.lost();
  walk.timer('restart-timer');
  t.equal(walk.up(terms({ longLived })), 'stop restart, start stale-path 360');
  t.equal(walk.timer('stale-path-timer'), '', 'its own time is what counts');
  t.equal(walk.endOfRib(), 'stop ipv4, drop ipv4 stale, stop stale-path');
  t.end();
});

t.test('the F bit of a long-lived family is that of the long-lived capability', (t) => {
  const walk = new Walk();
  walk.up(terms({ longLived }));
  walk.lost();
  walk.timer('restart-timer');
  const cleared = [{ family: IPV4_UNICAST, forwarding: false, staleTime: 3600 }];
  t.equal(walk.up(terms({ longLived: cleared })), 'stop restart, stop ipv4, drop ipv4 stale');
  t.end();
});

t.test(
  'long-lived routes keep their deadline over a second restart, later ones wait for the restart time',
  (t) => {
    const again = (): Walk => {
      const walk = new Walk();
      walk.up(terms({ longLived, families: [{ family: IPV4_UNICAST, forwarding: true }] }));
      walk.lost();
      walk.timer('restart-timer');
      walk.up(terms({ longLived, families: [{ family: IPV4_UNICAST, forwarding: true }] }));
      t.equal(walk.lost(), 'stop stale-path, keep ipv4, start restart 120');
      return walk;
    };
    const first = again();
    t.equal(first.timer('restart-timer'), 'long-live ipv4', 'no second deadline');
    const second = again();
    const event = { type: 'long-lived-timer', family: IPV4_UNICAST } as const;
    t.equal(second.on(event), 'drop ipv4 long-lived', 'the later routes stay');
    t.equal(second.timer('restart-timer'), 'long-live ipv4, start ipv4 3600');
    t.end();
  },
);

t.test('routes of a later session do not outlast the stale path timer beside long-lived ones', (t) => {
  const forwarding = { family: IPV4_UNICAST, forwarding: true };
  const agreed = terms({ longLived, families: [forwarding] });
  const twice = (): Walk => {
    const walk = new Walk();
    walk.up(agreed);
    walk.lost();
    walk.timer('restart-timer');
    walk.up(agreed);
    walk.lost();
    return walk;
  };
  const walk = twice();
  t.equal(walk.up(agreed), 'stop restart, start stale-path 360');
  t.equal(walk.timer('stale-path-timer'), 'drop ipv4 short-lived');
  t.equal(walk.timer('stale-path-timer'), '', 'once');
  t.equal(walk.endOfRib(), 'stop ipv4, drop ipv4 stale, stop stale-path');

  const late = twice();
  late.up(agreed);
  const event = { type: 'long-lived-timer', family: IPV4_UNICAST } as const;
  t.equal(late.on(event), 'drop ipv4 long-lived');
  t.equal(late.timer('stale-path-timer'), 'drop ipv4 stale, stop stale-path');

  const short = terms({ longLived, families: [{ ...forwarding, forwarding: false }] });
  t.equal(
    twice().up(short),
    'stop restart, drop ipv4 short-lived, start stale-path 360',
    'each by its F bit',
  );
  const long = terms({ longLived: [], families: [forwarding] });
  t.equal(twice().up(long), 'stop restart, stop ipv4, drop ipv4 long-lived, start stale-path 360');
  const none = terms({ longLived: [], families: [] });
  t.equal(twice().up(none), 'stop restart, stop ipv4, drop ipv4 stale');
  t.end();
});
