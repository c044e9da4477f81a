import type { NetlinkEvent, Route } from '@peerage/linux';
import type { FibBatch, RefusedRoute } from './batch.js';
import { stepwise, withDeadline } from './deadline.js';
import type { FamilyFib } from './family-fib.js';
import type { Fib } from './fib.js';
import { prefixText } from './prefix-text.js';
import { type DestinationFilter, ownProtocol, type RouteKernel } from './route-kernel.js';
import { RowFlag } from './route-table.js';

/** What the writer tells of; all of it is for counters and the log. */
export interface RouteWriterEvents {
  /** Routes that the kernel refused; each is tried again when something changes. */
  refused(routes: readonly RefusedRoute[]): void;
  /** Prefixes at which somebody else's route stands. */
  foreign(prefixes: readonly string[]): void;
  /** An audit ended: how many routes were not as we had left them. */
  audited(audit: { reason: string; drifted: number; milliseconds: number }): void;
  /** Nothing could be read or written at all; it is tried again after a pause. */
  failed(error: Error): void;
  /** Everything that waited was written. */
  idle(): void;
}

/** The effects of the writer. */
export interface RouteWriterPorts {
  readonly kernel: RouteKernel;
  now(): number;
  setTimer(milliseconds: number, callback: () => void): { cancel(): void };
  readonly events: RouteWriterEvents;
}

export interface RouteWriterOptions {
  /** Milliseconds between audits. */
  readonly auditPeriod: number;
  /** Most writes in a batch. Default 4,096. */
  readonly batchSize?: number;
  /** Pause after link and address events, so that a burst causes one audit. Default 100 ms. */
  readonly settleTime?: number;
}

const firstPause = 1_000;
const lastPause = 60_000;
/** A kernel that does not answer a batch, or does not go on with a dump, for so long is taken as lost. */
const answerTime = 60_000;
/** How long `stop` waits for what is under way. */
const stopTime = 2_000;
/**
 * Links that come and go all the time may cause audits for at most a tenth of the time, and so may foreign routes that are met one by one
 * cause looks: each lists the whole table.
 */
const listingShare = 10;
/** While the kernel works on a batch, the next is prepared, and waits at its door. */
const batchesUnderWay = 2;
/** A batch that is sent beside another has at least so many writes: a small one can wait and grow. */
const leastBeside = 512;
/**
 * A route that stands and only gets more next hops waits until nothing else is to be written and nothing came for a moment: several peers
 * that tell a whole table would have each route written once for each of them. But not longer than this.
 */
const quietTime = 20;
const longestHold = 5_000;
/** While more than a batch waits, a look at what stands in the way waits as well, at most so long. */
const longestBlindness = 10_000;

/**
 * Keeps the kernel's main table as the fib says: batches on their way, two when much waits, audits by dump, and a look at what
 * stands in the way where the kernel said so. The first thing it does is an audit, which adopts what an earlier life
 * left, so that the first write of such a route replaces it.
 */
export class RouteWriter {
  readonly #fib: Fib;
  readonly #ports: RouteWriterPorts;
  readonly #batchSize: number;
  readonly #options: { readonly auditPeriod: number };
  readonly #settleTime: number;
  #auditReason: string | null = 'start';
  #retryForeign = false;
  #working: Promise<void> | null = null;
  #stopped = true;
  #pause: { cancel(): void } | null = null;
  #pauses = 0;
  #period: { cancel(): void } | null = null;
  #settling: { cancel(): void } | null = null;
  #lastAudit = { end: 0, milliseconds: 0 };
  /** No look before this time. */
  #nextLook = 0;
  #lookTimer: { cancel(): void } | null = null;
  #blindSince: number | null = null;
  #lastChange = 0;
  #heldSince: number | null = null;
  #holdTimer: { cancel(): void } | null = null;

  constructor(fib: Fib, ports: RouteWriterPorts, options: RouteWriterOptions) {
    this.#fib = fib;
    this.#ports = ports;
    this.#batchSize = options.batchSize ?? 4_096;
    this.#options = options;
    this.#settleTime = options.settleTime ?? 100;
  }

  start(): void {
    this.#stopped = false;
    this.#wake();
  }

  /** Finishes the batch that is under way; what waits stays unwritten, and what is written stays in the kernel. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pause?.cancel();
    this.#period?.cancel();
    this.#settling?.cancel();
    this.#lookTimer?.cancel();
    this.#holdTimer?.cancel();
    const working = this.#working;
    if (working !== null) await withDeadline(working, stopTime, 'stopping', this.#ports).catch(() => {});
  }

  /** Nothing is under way, and nothing waits that could be done now. */
  get idle(): boolean {
    return this.#working === null && !this.#hasWork() && this.#fib.held === 0;
  }

  /** The fib changed: there may be something to write. */
  changed(): void {
    this.#lastChange = this.#ports.now();
    this.#wake();
  }

  /** Compares the kernel with what we hold, soon. */
  audit(reason: string): void {
    this.#auditReason ??= reason;
    this.#wake();
  }

  /** From now on, routes of an earlier life that nobody announces are deleted. */
  releaseLeftovers(): void {
    for (const fib of this.#fib.families) fib.releaseLeftovers();
    this.#wake();
  }

  /** A change in the kernel that others made. */
  kernelEvent(event: NetlinkEvent): void {
    switch (event.kind) {
      case 'route': {
        const fib = event.route.family === 4 ? this.#fib.ipv4 : this.#fib.ipv6;
        if (fib.event(event.route, event.action)) this.audit('a change met a write under way');
        // A way to a gateway that could not be reached: what was refused because of it may work now.
        else if (fib.hasRefused && event.action === 'new' && isOnLink(event.route)) {
          this.#auditAfterBurst('route changed');
        }
        this.#wake();
        return;
      }
      case 'link':
      case 'address':
        this.#auditAfterBurst(`${event.kind} changed`);
        return;
      case 'nextHop':
        // Its routes went with it, and of those of IPv4 the kernel says nothing.
        if (event.object.protocol === ownProtocol) this.#auditAfterBurst('next hop changed');
        return;
      case 'overrun':
        this.audit('notifications were lost');
        return;
    }
  }

  #auditAfterBurst(reason: string): void {
    if (this.#settling !== null || this.#stopped) return;
    const rest = this.#lastAudit.end + this.#lastAudit.milliseconds * listingShare - this.#ports.now();
    this.#settling = this.#ports.setTimer(Math.max(this.#settleTime, rest), () => {
      this.#settling = null;
      this.audit(reason);
    });
  }

  #wake(): void {
    if (this.#stopped || this.#working !== null || this.#pause !== null) return;
    this.#working = this.#work().then(
      () => {
        this.#working = null;
        this.#pauses = 0;
        // Something may have come between the last look at the queue and this moment.
        if (this.#hasWork()) {
          this.#wake();
          return;
        }
        this.#lookLater();
        if (this.#fib.held > 0) this.#releaseLater();
        else this.#ports.events.idle();
      },
      (error: unknown) => {
        this.#working = null;
        this.#afterFailure(error);
      },
    );
  }

  #hasWork(): boolean {
    this.#releaseHeld();
    return this.#auditReason !== null || this.#fib.writable > 0 || this.#isLookDue();
  }

  #isLookDue(): boolean {
    if (this.#toLookAt().length === 0) {
      this.#blindSince = null;
      return false;
    }
    const now = this.#ports.now();
    this.#blindSince ??= now;
    const mayWait = this.#fib.queued > this.#batchSize && now - this.#blindSince < longestBlindness;
    return now >= this.#nextLook && !mayWait;
  }

  /** Lets go of what was held when there is time for it, or it has been held for long. */
  #releaseHeld(): void {
    if (this.#fib.held === 0) {
      this.#heldSince = null;
      return;
    }
    const now = this.#ports.now();
    this.#heldSince ??= now;
    const isQuiet = this.#fib.queued === 0 && now - this.#lastChange >= quietTime;
    if (!isQuiet && now - this.#heldSince < longestHold) return;
    this.#fib.releaseHeld();
    this.#heldSince = null;
  }

  #releaseLater(): void {
    if (this.#stopped || this.#holdTimer !== null) return;
    this.#holdTimer = this.#ports.setTimer(quietTime, () => {
      this.#holdTimer = null;
      this.#wake();
    });
  }

  /** Wakes the writer when a look that is not due yet will be. */
  #lookLater(): void {
    if (this.#stopped || this.#lookTimer !== null || this.#toLookAt().length === 0) return;
    this.#lookTimer = this.#ports.setTimer(this.#nextLook - this.#ports.now(), () => {
      this.#lookTimer = null;
      this.#wake();
    });
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      if (this.#auditReason !== null) await this.#runAudit(this.#auditReason);
      else if (this.#isLookDue()) await this.#look();
      else if (!(await this.#writeBatches())) return;
    }
  }

  /** Writes until nothing waits, or something else has to be done. True when something was written. */
  async #writeBatches(): Promise<boolean> {
    const underWay: Promise<void>[] = [];
    let wrote = false;
    for (;;) {
      while (underWay.length < batchesUnderWay && this.#maySend(underWay.length > 0)) {
        this.#releaseHeld();
        const batch = this.#fib.nextBatch(this.#batchSize);
        if (batch === null) break;
        wrote = true;
        const written = this.#write(batch);
        // It is waited for below; until then a failure is not unhandled.
        written.catch(() => {});
        underWay.push(written);
      }
      const [first] = underWay;
      if (first === undefined) return wrote;
      try {
        await first;
      } catch (error) {
        await Promise.allSettled(underWay);
        throw error;
      }
      underWay.shift();
    }
  }

  #maySend(beside: boolean): boolean {
    if (!beside) return !this.#stopped && this.#auditReason === null && !this.#isLookDue();
    return this.#fib.writable >= leastBeside && !this.#stopped && this.#auditReason === null;
  }

  /** Hands one batch to the kernel and settles it. */
  async #write(batch: FibBatch): Promise<void> {
    const { kernel, events } = this.#ports;
    try {
      const failures = await withDeadline(kernel.write(batch), answerTime, 'writing routes', this.#ports);
      if (failures.some((failure) => failure.code === 'ENOBUFS')) this.audit('answers were lost');
      const refused = batch.settle(failures);
      if (refused.length > 0) events.refused(refused);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      batch.settle(Array.from({ length: batch.length }, (_, index) => ({ index, code: 'LOST', message })));
      this.#auditReason ??= 'a batch was lost';
      throw error;
    }
  }

  async #runAudit(reason: string): Promise<void> {
    this.#auditReason = null;
    this.#period?.cancel();
    const began = this.#ports.now();
    const before = this.#drifted();
    try {
      const { kernel } = this.#ports;
      await this.#answered(kernel.look?.(), 'listing next hops');
      for (const fib of this.#fib.families) await this.#auditFamily(fib);
      this.#fib.sweep();
      await this.#tidy();
    } catch (error) {
      this.#auditReason ??= reason;
      throw error;
    }
    if (this.#stopped) return;
    for (const fib of this.#fib.families) fib.retry(this.#retryForeign);
    this.#retryForeign = false;
    this.#period = this.#ports.setTimer(this.#options.auditPeriod, () => {
      this.#retryForeign = true;
      this.audit('period');
    });
    const end = this.#ports.now();
    this.#lastAudit = { end, milliseconds: end - began };
    this.#ports.events.audited({ reason, drifted: this.#drifted() - before, milliseconds: end - began });
  }

  async #tidy(): Promise<void> {
    const { kernel } = this.#ports;
    await this.#answered(kernel.tidy?.(this.#fib.nextHopSets()), 'deleting next hops');
  }

  async #answered(promise: Promise<void> | undefined, doing: string): Promise<void> {
    if (promise !== undefined) await withDeadline(promise, answerTime, doing, this.#ports);
  }

  async #auditFamily(fib: FamilyFib): Promise<void> {
    fib.beginAudit();
    // At the first audit nothing may be written before it is known what is there.
    const first = fib.ackedCount === 0;
    for await (const routes of this.#dump(fib.family, ownProtocol)) {
      if (this.#stopped) return;
      for (const route of routes) fib.observe(route);
      const batch = first ? null : this.#fib.nextBatch(this.#batchSize);
      if (batch !== null) await this.#write(batch);
    }
    fib.endAudit();
  }

  async #look(): Promise<void> {
    const began = this.#ports.now();
    for (const fib of this.#toLookAt()) {
      for await (const routes of this.#dump(fib.family, null, (key) => fib.isLookedAt(key))) {
        if (this.#stopped) return;
        for (const route of routes) fib.look(route);
      }
      const foreign = fib.endLook();
      if (foreign.length > 0) this.#ports.events.foreign(foreign.map((row) => prefixText(fib.table, row)));
    }
    const end = this.#ports.now();
    this.#nextLook = end + (end - began) * listingShare;
  }

  #dump(family: 4 | 6, protocol: number | null, wanted?: DestinationFilter): AsyncIterable<readonly Route[]> {
    const routes = this.#ports.kernel.dump(family, protocol, wanted);
    return stepwise(routes, answerTime, 'listing routes', this.#ports);
  }

  #toLookAt(): readonly FamilyFib[] {
    return this.#fib.families.filter((fib) => fib.lookingCount > 0);
  }

  #drifted(): number {
    return this.#fib.families.reduce((sum, fib) => sum + fib.counters.drifted, 0);
  }

  #afterFailure(error: unknown): void {
    this.#ports.events.failed(error instanceof Error ? error : new Error(String(error)));
    if (this.#stopped) return;
    const milliseconds = Math.min(lastPause, firstPause * 2 ** Math.min(this.#pauses++, 16));
    this.#pause = this.#ports.setTimer(milliseconds, () => {
      this.#pause = null;
      this.#wake();
    });
  }
}

/** Whether a route says what is reached directly by an interface: only through such ones are gateways reached. */
function isOnLink({ protocol, nextHops }: Route): boolean {
  return protocol !== ownProtocol && nextHops.some((hop) => hop.gateway === undefined);
}

/** Prefixes that could not be written as wanted, at most `limit`, with the reason; for `show`. */
export function unwrittenRoutes(family: FamilyFib, limit: number): readonly RefusedRoute[] {
  return family.flagged(RowFlag.Failed | RowFlag.Foreign | RowFlag.Partial, limit).map((row) => ({
    prefix: prefixText(family.table, row),
    reason: family.refusalText(row),
  }));
}
