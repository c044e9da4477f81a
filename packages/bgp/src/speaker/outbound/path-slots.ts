import type { AdjRibOut } from '../../rib/adj-rib-out.js';
import { Column32 } from '../../rib/columns.js';
import { NO_OUT, NO_SLOT, type OutId, type OutKey, type PeerIndex, type PrefixId } from '../../rib/ids.js';
import type { FamilyTable } from '../../rib/rib.js';
import type { OutKeyHolder, SlotTable } from '../../rib/slot-table.js';
import { sourceOf } from './default-route.js';
import type { Exporter } from './export.js';

/** Who advertises slots. */
interface SlotHolder extends OutKeyHolder {
  put(slot: OutKey, out: OutId, source: PeerIndex): void;
}

/** With add-path: where the paths go that were chosen of a prefix, each to a slot of its own. */
export class PathSlots {
  readonly table: SlotTable;
  private readonly family: FamilyTable;
  private readonly exporter: Exporter;
  /** Slots that the last `change` advertised: the number of that call. */
  private readonly chosenAt = new Column32();
  private changes = 0;

  constructor(table: SlotTable, family: FamilyTable, exporter: Exporter) {
    this.table = table;
    this.family = family;
    this.exporter = exporter;
  }

  /** Each path that the exporter has chosen goes to its slot, and the other slots of the prefix are withdrawn. */
  change(prefix: PrefixId, holder: SlotHolder): void {
    const { exporter, chosenAt, table } = this;
    const now = ++this.changes;
    for (let i = 0; i < exporter.count; i++) {
      const slot = table.of(prefix, exporter.rows[i]!);
      chosenAt.set(slot, now);
      holder.put(slot, exporter.outs[i]!, sourceOf(this.family, exporter.rows[i]!));
    }
    for (let slot = table.first(prefix); slot !== NO_SLOT; slot = table.next(slot)) {
      if (chosenAt.get(slot) === now || !holder.holds(slot)) continue;
      holder.put(slot, NO_OUT, 0 as PeerIndex);
      table.offer(slot);
    }
  }

  /** Puts in what the exporter has chosen, while nobody is told. */
  fill(prefix: PrefixId, adjOut: AdjRibOut): void {
    const { exporter, table } = this;
    for (let i = 0; i < exporter.count; i++) {
      const row = exporter.rows[i]!;
      adjOut.set(table.of(prefix, row), exporter.outs[i]!, sourceOf(this.family, row));
    }
  }
}
