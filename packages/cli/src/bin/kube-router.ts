#!/usr/bin/env node
import { main } from '../main.js';
import { readableStacks } from '../readable-stacks.js';

readableStacks();
process.exitCode = await main(['agent', ...process.argv.slice(2)], process);
