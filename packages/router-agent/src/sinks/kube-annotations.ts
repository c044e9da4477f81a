import { ApiClient } from '../sources/kube/api-client.js';
import { ApiRequestError } from '../sources/kube/api-failure.js';
import { type KubeAccess, KubeConnection } from '../sources/kube/kube-connection.js';
import { rbacRule } from '../sources/kube/kube-resource.js';
import type { AnnotationChange, AnnotationSink } from './annotation-sink.js';

/** Writes annotations of the own Node through the Kubernetes API. */
export class KubeAnnotations implements AnnotationSink {
  readonly #client: ApiClient;

  constructor(access: KubeAccess) {
    this.#client = new ApiClient(() => new KubeConnection(access));
  }

  async set(node: string, change: AnnotationChange, signal: AbortSignal): Promise<void> {
    try {
      await this.#client.patch(
        `/api/v1/nodes/${encodeURIComponent(node)}`,
        { metadata: { annotations: change } },
        signal,
      );
    } catch (error) {
      if (!(error instanceof ApiRequestError && error.failure.reason === 'forbidden')) throw error;
      const rule = rbacRule({ group: '', plural: 'nodes' }, ['patch']);
      const message = `${error.failure.message}; add this rule to the agent's ClusterRole: ${rule}`;
      throw new Error(message, { cause: error });
    }
  }
}
