#!/usr/bin/env node
import { main } from '../main.js';
import { readableStacks } from '../readable-stacks.js';

readableStacks();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader, `head` for example, has seen enough
  throw error;
});
process.exitCode = await main(process.argv.slice(2), process);
