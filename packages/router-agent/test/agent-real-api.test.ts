import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { agentWorldCases } from './agent-world-cases.js';
import { openRealServer } from './sources/kube/real-server.js';
import { apiWorld } from './sources/world.js';

t.setTimeout(600_000);
t.test('agents read a real kube-apiserver', needs('KUBE_APISERVER', 'command:etcd'), async (t) => {
  agentWorldCases(t, async (t) => apiWorld(t, await openRealServer(t)), 60_000);
});
