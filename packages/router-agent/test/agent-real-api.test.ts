// test-timeout: 600
import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { agentWorldCases } from './agent-world-cases.js';
import { openRealServer } from './sources/kube/real-server.js';
import { apiWorld } from './sources/world.js';

t.test('agents read a real kube-apiserver', needs('KUBE_APISERVER', 'command:etcd'), async (t) => {
  agentWorldCases(t, async (t) => apiWorld(t, await openRealServer(t)), 60_000);
});
