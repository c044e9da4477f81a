import t from 'tap';
import { agentWorldCases } from './agent-world-cases.js';
import { manifestsWorld } from './sources/world.js';

t.setTimeout(120_000);
agentWorldCases(t, manifestsWorld, 1000);
