import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { METERED } from './allocation-meter.js';
import type { AllocationRow } from './allocation-run.js';

/** Loaded, changed and withdrawn once before, so that all is compiled. */
const ROUTES = 120_000;
/** One collection more or less says nothing. */
const A_COLLECTION = 1 << 20;
/** Octets of garbage that an UPDATE, and that a route in it may cost, objects and buffers together. */
const AN_UPDATE = 600;
const A_ROUTE = 8;

/**
 * What there is, as octets for a route, by routes in an UPDATE and what is done. `isOver`: it is more than `AN_UPDATE` and `A_ROUTE`
 * come to. Buffers are octets that are sent, chunks of attributes' octets, and what queues and indexes outgrow.
 */
const most: Readonly<
  Record<string, { readonly objects: number; readonly buffers: number; readonly isOver?: true }>
> = {
  '500 load': { objects: 0.5, buffers: 30, isOver: true },
  '500 change': { objects: 0.5, buffers: 18, isOver: true },
  '500 again': { objects: 0.5, buffers: 0.5 },
  '500 gone': { objects: 0.5, buffers: 28, isOver: true },
  '7 load': { objects: 0.5, buffers: 45 },
  '7 change': { objects: 0.5, buffers: 45 },
  '7 again': { objects: 0.5, buffers: 0.5 },
  '7 gone': { objects: 0.5, buffers: 45, isOver: true },
  '1 load': { objects: 0.5, buffers: 150 },
  '1 change': { objects: 0.5, buffers: 220 },
  '1 again': { objects: 0.5, buffers: 0.5 },
  '1 gone': { objects: 0.5, buffers: 100, isOver: true },
};

t.setTimeout(280_000);
t.test('what a warmed table leaves to the collector is bounded, for an UPDATE and for a route', async (t) => {
  const node = [...METERED, '--import=tsx', '--conditions=@peerage/source'];
  const program = join(import.meta.dirname, 'allocation-run.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [...node, program, String(ROUTES)]);
  const rows = JSON.parse(stdout) as AllocationRow[];
  t.same(rows.map(({ perUpdate, pass }) => `${perUpdate} ${pass}`).sort(), Object.keys(most).sort());
  for (const { perUpdate, pass, routes, updates, objects, buffers, kept } of rows) {
    const name = `${perUpdate} ${pass}`;
    const bound = most[name]!;
    // What stays is the table.
    const garbage = buffers - Math.max(0, kept);
    const told = `${(objects / routes).toFixed(1)} octets of objects a route, ${(garbage / routes).toFixed(1)} of buffers`;
    t.ok(objects <= bound.objects * routes + A_COLLECTION, `${name}: ${told}`);
    t.ok(garbage <= bound.buffers * routes, `${name}: ${told}`);
    if (bound.isOver) continue;
    t.ok(objects + garbage <= AN_UPDATE * updates + A_ROUTE * routes, `${name}: ${updates} UPDATEs`);
  }
});
