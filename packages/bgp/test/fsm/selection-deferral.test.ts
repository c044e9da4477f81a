import t from 'tap';
import { type DeferralEvent, NO_DEFERRAL, stepDeferral } from '../../src/fsm/selection-deferral.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';

const both = [IPV4_UNICAST, IPV6_UNICAST];

/** What the machine says, event by event. */
function walk(...events: readonly DeferralEvent[]): string[] {
  let deferral = NO_DEFERRAL;
  return events.map((event) => {
    const step = stepDeferral(deferral, event);
    deferral = step.deferral;
    return step.actions
      .map((action) => (action.type === 'select' ? `select ${action.family.name.slice(0, 4)}` : action.type))
      .join(', ');
  });
}

const begin = (...peers: string[]): DeferralEvent => ({
  type: 'begin',
  families: both,
  peers: peers.map((name) => ({ name, families: name === 'four' ? [IPV4_UNICAST] : both })),
  deferralTime: 360,
});
const up = (peer: string, awaited = both): DeferralEvent => ({ type: 'established', peer, awaited });
const end = (peer: string, family = IPV4_UNICAST): DeferralEvent => ({ type: 'end-of-rib', peer, family });

t.test('selection begins family by family, when every peer has sent End-of-RIB', (t) => {
  const said = walk(
    begin('a', 'b'),
    up('a'),
    end('a'),
    end('a', IPV6_UNICAST),
    up('b'),
    end('b', IPV6_UNICAST),
    end('b', IPV6_UNICAST),
    end('b'),
  );
  t.same(said, ['start-timer', '', '', '', '', 'select ipv6', '', 'select ipv4, stop-timer']);
  t.end();
});

t.test('a peer that has restarted too, or knows nothing of it, is not waited for', (t) => {
  t.same(walk(begin('a', 'b'), up('a', []), up('b', [])), [
    'start-timer',
    '',
    'select ipv4, select ipv6, stop-timer',
  ]);
  t.end();
});

t.test('only peers that carry a family are waited for', (t) => {
  t.same(walk(begin('four'), end('four')), ['select ipv6, start-timer', 'select ipv4, stop-timer']);
  t.same(walk(begin()), ['select ipv4, select ipv6'], 'nobody: at once');
  t.end();
});

t.test('a peer that never comes is waited for until the deferral time, or until it is removed', (t) => {
  t.same(walk(begin('a', 'b'), up('a'), end('a'), { type: 'deferral-timer' }), [
    'start-timer',
    '',
    '',
    'select ipv4, select ipv6',
  ]);
  t.same(walk(begin('a'), { type: 'removed', peer: 'a' }), [
    'start-timer',
    'select ipv4, select ipv6, stop-timer',
  ]);
  t.same(walk({ type: 'deferral-timer' }, end('a'), { type: 'removed', peer: 'a' }), ['', '', '']);
  t.end();
});
