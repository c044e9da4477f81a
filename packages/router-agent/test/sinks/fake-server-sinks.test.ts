import t from 'tap';
import { openFakeServer } from '../sources/kube/fake-server.js';
import { annotationCases } from './annotation-cases.js';
import { eventCases } from './event-cases.js';

annotationCases(t, openFakeServer);
eventCases(t, openFakeServer);
