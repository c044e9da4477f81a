import type { Measurements } from './measurements.js';
import { pageOf } from './page.js';
import { plotOf } from './plot.js';

/** The files in `docs` that are drawn from measurements, by name. */
export function drawn(measured: Measurements): Readonly<Record<string, string>> {
  const plain = measured.peers.filter(({ scenario }) => !scenario.isFiltered);
  const pinned = plain.filter((one) => one.pinned);
  const shown = pinned.length > 0 ? pinned : plain;
  const caption = `Seconds until every peer is right, ${pinned.length > 0 ? 'one core for the daemon' : 'all cores'} (logarithmic)`;
  return { 'performance.md': pageOf(measured), 'performance.svg': plotOf(shown, caption) };
}
