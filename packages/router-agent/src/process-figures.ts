import { readdirSync } from 'node:fs';
import type { ProcessFigures } from './observe/metric.js';

/** This process as it stands. */
export function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return {
    nodeVersion: process.versions.node,
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    startedAt: performance.timeOrigin / 1000,
    openFiles: readdirSync('/proc/self/fd').length,
  };
}
