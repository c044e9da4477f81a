import t from 'tap';
import { agentWorldCases } from './agent-world-cases.js';
import { openFakeServer } from './sources/kube/fake-server.js';
import { apiWorld } from './sources/world.js';

agentWorldCases(t, async (t) => apiWorld(t, await openFakeServer(t)), 2000);
