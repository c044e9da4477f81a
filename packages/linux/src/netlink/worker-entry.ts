import { parentPort, workerData } from 'node:worker_threads';
import { loadLibc } from '../libc.js';
import type { Reply, WorkerSettings } from './protocol.js';
import { NetlinkWorker, toFailure } from './worker.js';

// The file that the netlink thread starts with: nothing imports it.
const port = parentPort;
if (port === null) throw new Error('worker-entry is the entry of a worker thread');
const settings: WorkerSettings = workerData;
try {
  new NetlinkWorker(loadLibc(), port, settings).run();
} catch (error) {
  port.postMessage({ kind: 'failed', id: null, failure: toFailure(error) } satisfies Reply);
}
