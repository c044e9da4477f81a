import { nodeBgp } from '../desired/node-bgp.js';
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
      const bgp = nodeBgp(own);
      const desired = desiredSpeaker(own, facts.config, bgp);
      facts.tellProblems(name, desired.speaker === null ? [...bgp.problems, desired.problem] : bgp.problems);
      // One that runs goes on as it is: what it should be is not known.
      if (desired.speaker === null) return nothingToDo;
      return reconcile(driver, [desired.speaker], signal, { mayDelete: false });
    },
  };
}
