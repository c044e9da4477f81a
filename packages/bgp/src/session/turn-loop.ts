import type { Clock, Timer } from '../ports/clock.js';
import { DeadlineHeap, type Timed } from './deadline-heap.js';

/** What the loop turns: a session. The fields of `Timed` and `isQueued` belong to the loop. */
export interface LoopMember extends Timed {
  isQueued: boolean;
  /** Does what is due. Afterwards `nextDeadline` says when to come again. */
  due(now: number): void;
  /** Earliest deadline in clock milliseconds, Infinity for none. */
  nextDeadline(): number;
  /** Takes a bounded run of what arrived, at most until `deadline`. True when there is more. */
  readInput(deadline: number): boolean;
}

/** Does some work until about `deadline` (clock milliseconds). True when there is more. */
export type TurnWork = (deadline: number) => boolean;

/** How a loop shares out its time; each has a row in `docs/reference/limits.md`. */
export interface TurnLoopOptions {
  /** Milliseconds that one turn gives to input. Default 4. */
  readonly inputMilliseconds?: number;
  /** Milliseconds that one turn gives to each work function. Default 4. */
  readonly workMilliseconds?: number;
  /**
   * Milliseconds for which work is put off while input waits, so that what changes again meanwhile is decided and sent once; work that
   * then is more than a turn has goes before input for as long. Default 50; with 0 each turn has both.
   */
  readonly batchMilliseconds?: number;
  /** Deadlines are served at multiples of this, so that many sessions share a wake-up. Default 50. */
  readonly grainMilliseconds?: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * The one place where sessions and tables get their time.
 *
 *     turn: [ due keepalives and deadlines ][ input, round-robin, a few ms ][ work functions, a few ms each ]
 *           ──▶ more to do: again after I/O was polled        ──▶ nothing: one timer for the earliest deadline
 *
 *     under load:  input │ input │ … │ work │ work │ …  each takes some turns, until nothing is left or its time is over
 *
 * A turn always begins in a timer or after a poll, never inside the delivery of data: so between two turns every
 * socket was polled. There is one timer at most, however many sessions there are, and none when no deadline is set.
 *
 * @example
 * const ports = nodePorts();
 * const loop = new TurnLoop(ports.clock);
 * const sessions = configs.map((config) => new Session(config, ports, loop, handler));
 */
export class TurnLoop {
  readonly #clock: Clock;
  readonly #inputMilliseconds: number;
  readonly #workMilliseconds: number;
  readonly #batchMilliseconds: number;
  readonly #grain: number;
  readonly #deadlines = new DeadlineHeap<LoopMember>();
  #queue: LoopMember[] = [];
  #nextQueue: LoopMember[] = [];
  #dueNow: LoopMember[] = [];
  readonly #work = new Set<TurnWork>();
  #isAwake = false;
  #isTurning = false;
  /** Work goes before input: it had more to do than its last turn had time. */
  #isWorking = false;
  /** When input or work, whichever goes first now, began to. */
  #phaseBegan = NEVER;
  #timer: Timer | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, options: TurnLoopOptions = {}) {
    this.#clock = clock;
    this.#inputMilliseconds = options.inputMilliseconds ?? 4;
    this.#workMilliseconds = options.workMilliseconds ?? 4;
    this.#batchMilliseconds = options.batchMilliseconds ?? 50;
    this.#grain = options.grainMilliseconds ?? 50;
  }

  /** Adds a function that is called in every turn, in the order of adding. Returns the function that removes it. */
  addWork(work: TurnWork): () => void {
    this.#work.add(work);
    this.wake();
    return () => {
      this.#work.delete(work);
    };
  }

  /** There is something to do: a turn comes after the next poll. */
  wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#clock.nextTurn(() => this.#turn());
  }

  /** The member has input: it gets its round in the next turn. */
  enqueue(member: LoopMember): void {
    if (member.isQueued) return;
    member.isQueued = true;
    this.#nextQueue.push(member);
    if (!this.#isTurning) this.wake();
  }

  /** The member's earliest deadline may have come nearer. One that moved away is noticed when the old one is due. */
  schedule(member: LoopMember): void {
    const at = member.nextDeadline();
    // One without any deadline leaves at once: nothing is to keep a process alive for it.
    if (at >= member.scheduledAt && at !== Number.POSITIVE_INFINITY) return;
    this.#deadlines.set(member, at);
    if (!this.#isTurning && !this.#isAwake) this.#armTimer();
  }

  /** The member is gone. */
  remove(member: LoopMember): void {
    this.#deadlines.remove(member);
    // The last one that goes must not leave a timer behind, which would keep the process alive.
    if (!this.#isTurning && !this.#isAwake) this.#armTimer();
    if (!member.isQueued) return;
    member.isQueued = false;
    this.#queue = this.#queue.filter((other) => other !== member);
    this.#nextQueue = this.#nextQueue.filter((other) => other !== member);
  }

  #turn(): void {
    this.#isAwake = false;
    this.#isTurning = true;
    try {
      this.#serveDeadlines();
      if (!this.#isWorking) this.#serveInput();
      if (this.#isWorking || this.#nextQueue.length === 0 || this.#isPhaseOver()) this.#workPhase();
    } finally {
      this.#isTurning = false;
    }
    if (this.#nextQueue.length > 0 || this.#deadlines.earliest <= this.#clock.now()) this.wake();
    if (!this.#isAwake) this.#armTimer();
  }

  #serveDeadlines(): void {
    const now = this.#clock.now();
    // All are taken first: one whose judgement has to wait for a poll is due again at once.
    for (let member = this.#deadlines.takeDue(now); member !== null; member = this.#deadlines.takeDue(now)) {
      this.#dueNow.push(member);
    }
    for (const member of this.#dueNow) {
      member.due(now);
      this.#deadlines.set(member, member.nextDeadline());
    }
    this.#dueNow.length = 0;
  }

  /**
   * One round after the other until the time is up; who still has input keeps its place in the next turn. At least one is
   * served: a process that is stopped for longer than that between two looks at the clock must not starve all of them.
   */
  #serveInput(): void {
    const now = this.#clock.now();
    const end = now + this.#inputMilliseconds;
    if (this.#phaseBegan === NEVER) this.#phaseBegan = now;
    let isFirst = true;
    while (this.#nextQueue.length > 0) {
      const round = this.#nextQueue;
      this.#nextQueue = this.#queue;
      this.#queue = round;
      for (let i = 0; i < round.length; i++) {
        if (!isFirst && this.#clock.now() >= end) {
          this.#nextQueue = [...round.slice(i), ...this.#nextQueue];
          this.#queue = [];
          return;
        }
        isFirst = false;
        const member = round[i]!;
        member.isQueued = false;
        if (member.readInput(end)) this.enqueue(member);
      }
      round.length = 0;
    }
  }

  #isPhaseOver(): boolean {
    return this.#clock.now() - this.#phaseBegan >= this.#batchMilliseconds;
  }

  #workPhase(): void {
    if (!this.#isWorking) this.#phaseBegan = this.#clock.now();
    const more = this.#serveWork();
    if (more) this.wake();
    this.#isWorking = more && !this.#isPhaseOver();
    if (!this.#isWorking) this.#phaseBegan = NEVER;
  }

  #serveWork(): boolean {
    let more = false;
    for (const work of this.#work) {
      if (work(this.#clock.now() + this.#workMilliseconds)) more = true;
    }
    return more;
  }

  #armTimer(): void {
    const { earliest } = this.#deadlines;
    const at = Math.ceil(earliest / this.#grain) * this.#grain;
    if (at === this.#timerAt) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    const wait = Math.max(0, at - this.#clock.now());
    this.#timer = this.#clock.setTimer(wait, () => {
      this.#timer = null;
      this.#timerAt = Number.POSITIVE_INFINITY;
      if (!this.#isAwake) this.#turn();
    });
  }
}
