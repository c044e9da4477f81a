import { randomBytes } from 'node:crypto';
import { ApiClient } from '../sources/kube/api-client.js';
import { ApiRequestError } from '../sources/kube/api-failure.js';
import { type KubeAccess, KubeConnection } from '../sources/kube/kube-connection.js';
import { rbacRule } from '../sources/kube/kube-resource.js';
import type { EventSink, NodeEvent } from './event-sink.js';

/** Events about objects without a namespace, such as nodes, stand in this one. */
const namespace = 'default';
/** The API server's limit of an Event's message, in characters. */
const longestMessage = 1024;

/** Writes Events about the own Node through the Kubernetes API. */
export class KubeEvents implements EventSink {
  readonly #client: ApiClient;
  readonly #wallTime: () => number;

  /** `wallTime` in milliseconds since 1970. */
  constructor(access: KubeAccess, wallTime: () => number) {
    this.#client = new ApiClient(() => new KubeConnection(access));
    this.#wallTime = wallTime;
  }

  async send(node: string, event: NodeEvent, signal: AbortSignal): Promise<void> {
    try {
      await this.#client.post(`/api/v1/namespaces/${namespace}/events`, this.#eventOf(node, event), signal);
    } catch (error) {
      if (!(error instanceof ApiRequestError && error.failure.reason === 'forbidden')) throw error;
      const rule = rbacRule({ group: '', plural: 'events' }, ['create']);
      const message = `${error.failure.message}; add this rule to the agent's ClusterRole: ${rule}`;
      throw new Error(message, { cause: error });
    }
  }

  #eventOf(node: string, { type, reason, message }: NodeEvent): object {
    const at = new Date(this.#wallTime()).toISOString().replace(/\.\d+Z$/, 'Z');
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${node}.${randomBytes(8).toString('hex')}`, namespace },
      // The kubelet gives the name as uid in its own Events, and `kubectl describe node` looks for that.
      involvedObject: { apiVersion: 'v1', kind: 'Node', name: node, uid: node },
      type,
      reason,
      message: message.slice(0, longestMessage),
      source: { component: 'peerage', host: node },
      reportingComponent: 'peerage',
      reportingInstance: node,
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    };
  }
}
