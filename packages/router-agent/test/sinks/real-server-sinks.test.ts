// test-timeout: 300
import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { openRealServer } from '../sources/kube/real-server.js';
import { annotationCases } from './annotation-cases.js';
import { eventCases } from './event-cases.js';

t.test(
  'keys and Events through a real kube-apiserver',
  needs('KUBE_APISERVER', 'command:etcd'),
  async (t) => {
    annotationCases(t, openRealServer);
    eventCases(t, openRealServer);
  },
);
