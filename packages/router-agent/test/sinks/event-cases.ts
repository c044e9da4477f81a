import type { Teardown } from '@peerage/test-fixtures';
import type { Test } from 'tap';
import { KubeEvents } from '../../src/sinks/kube-events.js';
import type { ApiServerUnderTest } from '../sources/kube/api-server-under-test.js';
import { documentedRules } from '../sources/kube/documented-rules.js';
import { KubeWriter } from '../sources/kube/kube-writer.js';

const event = { type: 'Warning', reason: 'BgpSessionDown', message: 'the session ended' } as const;

/** Events about a node through an API server, with the rights that are documented and no others. */
export function eventCases(t: Test, open: (t: Teardown) => Promise<ApiServerUnderTest>): void {
  t.test(
    'an Event about a node stands where kubectl looks for it, and the right for it is documented',
    async (t) => {
      const server = await open(t);
      const rules = await documentedRules();
      const withoutEvents = rules.filter(({ resources }) => !resources.includes('events'));
      const access = { kubeconfig: await server.kubeconfigWithRules(withoutEvents), master: null };
      const sink = new KubeEvents(access, () => 1_800_000_000_123);
      const send = () => sink.send('node-1', event, AbortSignal.timeout(30_000));
      await t.rejects(send(), /add this rule.*"resources":\["events"\],"verbs":\["create"\]/);

      await server.kubeconfigWithRules(rules);
      await send();
      const writer = new KubeWriter(server.kubeconfig);
      const { body } = await writer.send('GET', '/api/v1/namespaces/default/events');
      const [told, ...more] = (body as { readonly items: readonly unknown[] }).items.filter(
        (item) => (item as { readonly reason: string }).reason === event.reason,
      );
      t.same(more, []);
      t.match(told, {
        ...event,
        involvedObject: { kind: 'Node', name: 'node-1', uid: 'node-1' },
        source: { component: 'peerage', host: 'node-1' },
        firstTimestamp: '2027-01-15T08:00:00Z',
        count: 1,
      });
      await sink.send('node-1', { ...event, message: 'x'.repeat(5_000) }, AbortSignal.timeout(30_000));
    },
  );
}
