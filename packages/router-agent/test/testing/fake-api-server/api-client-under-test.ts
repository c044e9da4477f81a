import { ApiClient } from '../../../src/sources/kube/api-client.js';
import { KubeConnection } from '../../../src/sources/kube/kube-connection.js';
import { KubeWriter } from '../../sources/kube/kube-writer.js';
import type { ApiServerClient, WatchLine } from './api-server-cases.js';

/** A client over three kubeconfigs: of an administrator, with a wrong token, and without any. */
export function apiServerClient(
  kubeconfigs: Readonly<Record<'admin' | 'wrong' | 'nobody', string>>,
  forgetHistory: () => Promise<void>,
): ApiServerClient {
  const client = new ApiClient(() => new KubeConnection({ kubeconfig: kubeconfigs.admin, master: null }));
  return {
    send: (method, path, body, as = 'admin') => new KubeWriter(kubeconfigs[as]).send(method, path, body),
    async watch(path, count) {
      const enough = new AbortController();
      const lines: WatchLine[] = [];
      const received = (line: unknown): void => {
        lines.push(line as WatchLine);
        if (lines.length >= count) enough.abort();
      };
      await client
        .stream(path, AbortSignal.any([enough.signal, AbortSignal.timeout(20_000)]), () => {}, received)
        .catch((error: unknown) => {
          if (!enough.signal.aborted) throw error;
        });
      return lines;
    },
    forgetHistory,
  };
}
