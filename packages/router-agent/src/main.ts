import { runAgent } from './run.js';

// The program of the package alone; `peerage agent` and the bin `kube-router` come through the door "./run".
process.exitCode = await runAgent(process.argv.slice(2), process.env, process);
