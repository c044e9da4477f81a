import { encodeKeepalive } from '../message/keepalive.js';
import { createOpen, encodeOpen } from '../message/open.js';
import { IPV4_UNICAST } from '../net/family.js';
import { acceptAll } from '../policy/defaults.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { SpeakerPorts } from '../ports/speaker-ports.js';
import type { Transport } from '../ports/transport.js';
import type { PrefixWords, RouteChanges, RouteSink } from '../speaker/feeds/route-sink.js';
import { checkInteger } from '../speaker/settings/field-check.js';
import { BgpSpeaker } from '../speaker/speaker.js';
import { Recital, routeNumber } from './recital.js';
import { RecitingPeer } from './reciting-peer.js';
import { stagePolicies } from './stage-policies.js';

const LOCAL_AS = 64_512;
/** Beyond 2³¹, as private ones of four octets are. */
const FIRST_REMOTE_AS = 4_200_000_000;
const FIRST_ROUTER_ID = 0xc6336400;
/**
 * Of the peers, and of our address that they see. Two are on a link of ours, as most are, and one is behind a router. The first is sent
 * other next hops than the others, so that it has an update group of its own.
 */
const NUMBERS = [
  [1, 1],
  [2, 2],
  [5, 2],
] as const;
const LINK = { name: 'stage', addresses: ['198.51.100.3/30'] };
const FAMILIES = [{ name: 'multiprotocol', family: IPV4_UNICAST }] as const;

/** What a rehearsal may take. */
export interface RehearsalOptions {
  /** Routes that are announced, changed and withdrawn, 8 … 65,535; 8,000 by default, after which more gain little. */
  readonly routes?: number;
  /** Milliseconds after which it ends wherever it is, 0 … 60,000; 3000 by default. */
  readonly timeLimit?: number;
  /** Whether peers will have policies, so that these are rehearsed as well. Default: not, as those take longer. */
  readonly policies?: boolean;
  /** Asked every few milliseconds: when it says no, the rehearsal ends wherever it is. A table that has come is what it was for. */
  isNeeded?(): boolean;
}

/**
 * Routes of the rehearsals before the whole one. What a field holds decides the shape of an object, and shapes settle in the first; each
 * function passes nearly all its branches in the second, before it is worth compiling.
 */
const EARLIER = [120, 2_400] as const;

/** Milliseconds between two looks at whether it is needed. */
const LOOK = 20;

/**
 * Runs speakers of its own, without a network, through sessions, a table, changes, withdrawals and the loss of peers. The
 * engine then has compiled what a first table would otherwise have to wait for: in a fresh process the first 100,000
 * routes take two thirds of the time. Nothing of it stays. For daemons, when they start; it works in turns of a few
 * milliseconds, so that others go on. Throws `BgpError` (`BGP_ERR_CONFIG`)
 * for options out of range.
 *
 * @example
 * const ports = nodePorts();
 * const speaker = new BgpSpeaker({ localAs: 64512, routerId: '192.0.2.1' }, ports);
 * await speaker.start();
 * await rehearse(ports);
 */
export async function rehearse(ports: StagePorts, options: RehearsalOptions = {}): Promise<void> {
  const routes = checkInteger('routes', options.routes ?? 8_000, 8, 65_535);
  const timeLimit = checkInteger('timeLimit', options.timeLimit ?? 3_000, 0, 60_000);
  const end = ports.clock.now() + timeLimit;
  const isOver = (): boolean => ports.clock.now() >= end || options.isNeeded?.() === false;
  const policies = options.policies === true ? stagePolicies() : OPEN;
  for (const earlier of EARLIER)
    if (earlier < routes && !isOver()) await play(ports, earlier, policies, isOver);
  if (!isOver()) await play(ports, routes, policies, isOver);
}

const OPEN = { importPolicy: acceptAll, exportPolicy: acceptAll };

type StagePorts = Pick<SpeakerPorts, 'clock' | 'random'>;

/** One rehearsal, to its end or until it is over. */
async function play(
  ports: StagePorts,
  routes: number,
  policies: typeof OPEN,
  isOver: () => boolean,
): Promise<void> {
  const { clock, random } = ports;
  let admit: (transport: Transport) => void = () => {};
  const acceptor = {
    start(accept: typeof admit) {
      admit = accept;
    },
  };
  const config = { localAs: LOCAL_AS, routerId: '192.0.2.1', ebgpRequiresPolicy: false };
  const sockets = { features: new Set<never>(), connect: refuse, listen: refuse };
  const speaker = new BgpSpeaker(
    { ...config, listen: [{ acceptor }] },
    { clock, random, sockets, localInterface: () => LINK },
  );
  const audience = new Audience(routes);
  speaker.addRouteSink(audience);
  const peers = NUMBERS.map(([number, own]) => {
    const remoteAs = FIRST_REMOTE_AS + number;
    const address = `198.51.100.${number}`;
    speaker.addPeer({ address, remoteAs, passive: true, ...(number !== 2 && policies) });
    const routerId = FIRST_ROUTER_ID + number;
    const open = createOpen({ localAs: remoteAs, holdTime: 90, routerId, capabilities: FAMILIES });
    return new RecitingPeer(clock, address, `192.0.2.${own}`, [encodeOpen(open), encodeKeepalive()]);
  });
  audience.watch(clock, isOver);
  await speaker.start();
  for (const peer of peers) admit(peer);
  const [first, second] = peers as [RecitingPeer, RecitingPeer, RecitingPeer];
  const recital = new Recital(routes);
  const eighth = routes >>> 3;
  const [gone, middle, end] = [3 * eighth, 5 * eighth, 7 * eighth];
  first.recite(recital.announcements(FIRST_REMOTE_AS + 1, 0, routes, 0));
  await audience.until(() => audience.present === routes);
  // What is not preferred, what comes to be when the other one gets worse, what is withdrawn, and what remains of two paths.
  second.recite(recital.announcements(FIRST_REMOTE_AS + 2, gone, middle, 3));
  second.recite(recital.announcements(FIRST_REMOTE_AS + 2, middle, end, 0));
  first.recite(recital.announcements(FIRST_REMOTE_AS + 1, 0, routes, 1));
  first.recite(recital.withdrawals(0, gone));
  await audience.until(() => audience.present === routes - gone);
  first.destroy();
  await audience.until(() => audience.present === end - gone);
  second.destroy();
  await audience.until(() => audience.present === 0);
  audience.stopWatching();
  await speaker.close({ mode: 'hard' });
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('a rehearsal reaches no network'));
}

/** Knows which of the recited routes are there, and lets wait for it. */
class Audience implements RouteSink {
  present = 0;
  readonly #isPresent: Uint8Array;
  readonly #prefix: PrefixWords = { a: 0, b: 0, c: 0, d: 0, length: 0 };
  #condition: () => boolean = () => true;
  #resolve: () => void = () => {};
  #hasLeft = false;
  #timer: Timer | null = null;

  constructor(routes: number) {
    this.#isPresent = new Uint8Array(routes);
  }

  routes(changes: RouteChanges): void {
    for (let i = 0; i < changes.length; i++) {
      changes.readPrefix(i, this.#prefix);
      const number = routeNumber(this.#prefix.a);
      const isPresent = changes.nextHopCount(i) > 0 ? 1 : 0;
      this.present += isPresent - this.#isPresent[number]!;
      this.#isPresent[number] = isPresent;
    }
    if (this.#condition()) this.#resolve();
  }

  inSync(): void {}

  /** Resolves when that holds, or when it is over. */
  until(condition: () => boolean): Promise<void> {
    if (this.#hasLeft || condition()) return Promise.resolve();
    this.#condition = condition;
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Leaves when it is over, so that nothing is waited for any more. */
  watch(clock: Clock, isOver: () => boolean): void {
    this.#hasLeft = isOver();
    if (this.#hasLeft) this.#resolve();
    else this.#timer = clock.setTimer(LOOK, () => this.watch(clock, isOver));
  }

  stopWatching(): void {
    this.#timer?.cancel();
  }
}
