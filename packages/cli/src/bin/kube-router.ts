#!/usr/bin/env node
import { main } from '../main.js';

process.exitCode = await main(['agent', ...process.argv.slice(2)], process);
