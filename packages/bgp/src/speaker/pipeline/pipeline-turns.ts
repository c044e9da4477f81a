import type { Clock } from '../../ports/clock.js';
import type { LoopMember, TurnLoop } from '../../session/turn-loop.js';

/** The part of a pipeline that takes its turns. */
interface Worked {
  work(isOver: () => boolean): boolean;
  readonly nextRelease: number;
}

/** Has the loop come round for announcements that are held back; the work itself is done in the turn. */
class ReleaseAlarm implements LoopMember {
  scheduledAt = Number.POSITIVE_INFINITY;
  heapIndex = -1;
  isQueued = false;
  readonly #pipeline: Worked;

  constructor(pipeline: Worked) {
    this.#pipeline = pipeline;
  }

  nextDeadline(): number {
    return this.#pipeline.nextRelease;
  }

  due(): void {}

  readInput(): boolean {
    return false;
  }
}

/** Gives the pipeline its part of each turn, and wakes the loop when an interval of its is over. */
export function turnPipeline(loop: TurnLoop, pipeline: Worked, clock: Clock): void {
  const alarm = new ReleaseAlarm(pipeline);
  loop.addWork((deadline) => {
    const more = pipeline.work(() => clock.now() >= deadline);
    if (pipeline.nextRelease !== alarm.scheduledAt) loop.schedule(alarm);
    return more;
  });
}
