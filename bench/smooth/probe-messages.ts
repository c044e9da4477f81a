import type { ChildProcess } from 'node:child_process';

/** One run of the collector. */
export interface Pause {
  readonly kind: 'minor' | 'major' | 'incremental' | 'weak' | 'other';
  /** Milliseconds since the process began. */
  readonly at: number;
  readonly milliseconds: number;
}

/** One callback of the event loop: a `turn` of the turn loop, or a `timer`. */
export interface LongCallback {
  readonly kind: 'turn' | 'timer';
  readonly at: number;
  readonly milliseconds: number;
  /** That the process used meanwhile, all threads: less than the time where others had the core. */
  readonly cpuMilliseconds: number;
}

/** What the probe in the daemon's process has measured since it began. */
export interface ProbeFigures {
  /** Delay of the event loop in milliseconds, less the one that its timer waits. */
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly seconds: number;
  readonly pauses: readonly Pause[];
  /** The longest callbacks, the longest first. */
  readonly longest: readonly LongCallback[];
}

/** The part of a CPU profile that is used here; times are in microseconds. */
export interface CpuProfile {
  readonly startTime: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** `zero`: the time of the profile at which the process began. */
export interface ProbeProfile {
  readonly profile: CpuProfile;
  readonly zero: number;
}

export type ProbeOrder =
  | { readonly ask: 'begin'; readonly isProfiled: boolean }
  | { readonly ask: 'figures' }
  | { readonly ask: 'profile' };

type ProbeMessage =
  | { readonly event: 'figures'; readonly figures: ProbeFigures }
  | { readonly event: 'profile'; readonly profile: ProbeProfile | null };

/** The probe in a daemon that was started with it, from outside. */
export class Probe {
  readonly #daemon: ChildProcess;

  constructor(daemon: ChildProcess) {
    this.#daemon = daemon;
  }

  begin(isProfiled: boolean): void {
    this.#tell({ ask: 'begin', isProfiled });
  }

  async figures(): Promise<ProbeFigures> {
    return (await this.#ask('figures')).figures;
  }

  async profile(): Promise<ProbeProfile | null> {
    return (await this.#ask('profile')).profile;
  }

  /** An answer to another question, or one that is late, is not this one's. */
  #ask<E extends ProbeMessage['event']>(ask: E): Promise<Extract<ProbeMessage, { readonly event: E }>> {
    return new Promise((resolve, reject) => {
      const daemon = this.#daemon;
      const ended = (): void => reject(new Error('the daemon ended before its probe answered'));
      const take = (message: unknown): void => {
        const answer = message as ProbeMessage;
        if (answer.event !== ask) return;
        daemon.off('exit', ended);
        daemon.off('message', take);
        resolve(answer as Extract<ProbeMessage, { readonly event: E }>);
      };
      daemon.once('exit', ended);
      daemon.on('message', take);
      this.#tell({ ask });
    });
  }

  #tell(order: ProbeOrder): void {
    this.#daemon.send(order);
  }
}
