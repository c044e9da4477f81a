import { CloudError, type SourceDestCheck } from '../cloud/source-dest-check.js';
import { ec2Instance } from '../desired/cloud-instance.js';
import type { ControllerOptions } from '../reconcile/controller.js';
import { type Facts, knownOwnNode, nothingToDo, syncTimes } from './facts.js';

const name = 'source-dest-check';
const deadlineMilliseconds = 30_000;

/**
 * Has the cloud let this node pass packets on whose ends are other machines, once for each machine. What goes wrong is told and tried again,
 * and holds up nothing. On nodes of other clouds, and of none, there is nothing to do.
 */
export function sourceDestCheckController(
  facts: Facts,
  open: () => Promise<SourceDestCheck>,
): ControllerOptions {
  let done: string | null = null;
  return {
    name,
    times: syncTimes(facts),
    deadlineMilliseconds,
    run: async (signal) => {
      const own = knownOwnNode(facts, name);
      if (own === null) return nothingToDo;
      facts.tellProblems(name, []);
      const instance = ec2Instance(own.node);
      if (instance === null || instance === done) return nothingToDo;
      try {
        await (await open()).disable(instance, signal);
      } catch (error) {
        if (!(error instanceof CloudError && error.reason === 'refused')) throw error;
        const message = `the source/destination check of ${instance} stays on, so that packets of pods to other subnets are dropped: ${error.message}`;
        facts.tellProblems(name, [{ place: `nodes/${own.node.name}`, message }]);
        return nothingToDo;
      }
      done = instance;
      return { changed: 1, failures: [] };
    },
  };
}
