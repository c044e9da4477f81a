import t from 'tap';
import { documentedRules } from './documented-rules.js';
import { openFakeServer } from './fake-server.js';
import { kubeCases } from './kube-cases.js';

kubeCases(t, () => openFakeServer(t), 1000, documentedRules);
