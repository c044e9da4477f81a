import { ignoredAnnotations } from '../desired/node-annotations.js';
import { desiredSpeaker } from '../desired/speaker.js';
import type { Driver } from '../items/item.js';
import type { SpeakerItem } from '../items/speaker.js';
import type { ControllerOptions } from '../reconcile/controller.js';
import { reconcile } from '../reconcile/reconcile.js';
import { type Facts, knownOwnNode, nothingToDo, syncTimes } from './facts.js';

/** Starts the speaker as soon as it is known what it should be. */
export function speakerController(facts: Facts, driver: Driver<SpeakerItem>): ControllerOptions {
  const name = 'speaker';
  return {
    name,
    times: syncTimes(facts),
    deadlineMilliseconds: 30_000,
    run: async (signal) => {
      const own = knownOwnNode(facts, name);
      if (own === null) return nothingToDo;
      const desired = desiredSpeaker(own, facts.config);
      const ignored = ignoredAnnotations(own, facts.config);
      if (desired.speaker === null) {
        facts.tellProblems(name, [...ignored, { place: '--router-id', message: desired.reason }]);
        return nothingToDo;
      }
      facts.tellProblems(name, ignored);
      return reconcile(driver, [desired.speaker], signal, { mayDelete: false });
    },
  };
}
