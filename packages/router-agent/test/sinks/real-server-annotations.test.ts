// test-timeout: 300
import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { openRealServer } from '../sources/kube/real-server.js';
import { annotationCases } from './annotation-cases.js';

t.test('keys through a real kube-apiserver', needs('KUBE_APISERVER', 'command:etcd'), async (t) => {
  annotationCases(t, openRealServer);
});
