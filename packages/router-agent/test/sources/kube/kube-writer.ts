import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { KubeConnection } from '../../../src/sources/kube/kube-connection.js';
import type { RawSample } from '../sample-objects.js';

/** What an API server answered. */
export interface KubeAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const PLURALS: Readonly<Record<string, string>> = {
  Node: 'nodes',
  Service: 'services',
  EndpointSlice: 'endpointslices',
  Endpoints: 'endpoints',
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** Changes a cluster through the API, as an administrator does; one client for the fake server and the real one. */
export class KubeWriter {
  readonly #connection: KubeConnection;

  constructor(kubeconfig: string) {
    this.#connection = new KubeConnection({ kubeconfig, master: null });
  }

  /** Creates an object or replaces it, then its status when it has one. */
  async apply(object: RawSample): Promise<void> {
    const path = pathOf(object);
    const now = await this.send('GET', path.object);
    let answer: KubeAnswer;
    if (now.status === 404) {
      answer = await this.send('POST', path.collection, object);
    } else {
      const spec = { ...(now.body.spec as object | undefined), ...(object.spec as object | undefined) };
      const metadata = { ...(now.body.metadata as object), ...object.metadata };
      const replaced = { ...now.body, ...object, metadata, spec, status: now.body.status };
      answer = await this.send('PUT', path.object, replaced);
    }
    if (answer.status >= 300) throw new Error(`${path.object}: ${JSON.stringify(answer.body)}`);
    if (object.status === undefined) return;
    const withStatus = { ...answer.body, status: object.status };
    const status = await this.send('PUT', `${path.object}/status`, withStatus);
    if (status.status >= 300) throw new Error(`${path.object}/status: ${JSON.stringify(status.body)}`);
  }

  async remove(object: RawSample): Promise<void> {
    const answer = await this.send('DELETE', pathOf(object).object);
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  }

  async send(method: string, path: string, body?: unknown): Promise<KubeAnswer> {
    const { server } = this.#connection;
    const options = await this.#connection.requestOptions();
    const send = server.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const headers = { ...options.headers, accept: 'application/json', 'content-type': 'application/json' };
      const request = send(
        new URL(path, server),
        { ...options, headers, method, timeout: 30_000 },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, body: asObject(text) });
          });
          response.on('error', reject);
        },
      );
      request.on('timeout', () => request.destroy(new Error(`${method} ${path} took 30 s`)));
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function asObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return { text };
  }
}

function pathOf({ apiVersion, kind, metadata }: RawSample): {
  readonly collection: string;
  readonly object: string;
} {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  const collection = `${root}${scope}/${PLURALS[kind] ?? kind}`;
  return { collection, object: `${collection}/${metadata.name}` };
}
