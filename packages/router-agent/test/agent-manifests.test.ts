import t from 'tap';
import { agentWorldCases } from './agent-world-cases.js';
import { manifestsWorld } from './sources/world.js';

agentWorldCases(t, manifestsWorld, 1000);
