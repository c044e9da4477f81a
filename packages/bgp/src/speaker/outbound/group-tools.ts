import type { Rib } from '../../rib/rib.js';
import type { Exporter } from './export.js';
import type { UpdateWriter } from './update-writer.js';

/** What the groups of a pipeline share. */
export interface GroupTools {
  readonly rib: Rib;
  readonly exporter: Exporter;
  readonly writer: UpdateWriter;
  /** Prefixes that one step of a walk, or of catching up, looks at. */
  readonly stepSize: number;
  /** Milliseconds. */
  readonly now: () => number;
}
