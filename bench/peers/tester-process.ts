// The process of the tester: started by the driver in a namespace of its own, with its order as JSON in a file.
import { readFileSync } from 'node:fs';
import { Tester } from './tester.js';
import type { TesterOrder } from './tester-messages.js';

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as TesterOrder;
process.on('disconnect', () => process.exit(1));

await new Tester(order, {
  tell: (message) => process.send!(message),
  go: () => new Promise((resolve) => process.once('message', () => resolve())),
}).run();
process.disconnect();
