// test-timeout: 600
import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { documentedRules } from './documented-rules.js';
import { kubeCases } from './kube-cases.js';
import { openRealServer } from './real-server.js';

const OUTAGE_MILLISECONDS = 60_000;

t.test('the source reads a real kube-apiserver', needs('KUBE_APISERVER', 'command:etcd'), async (t) => {
  kubeCases(t, () => openRealServer(t), OUTAGE_MILLISECONDS, documentedRules);
});
