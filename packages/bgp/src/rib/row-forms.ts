import { Column32 } from './columns.js';
import type { FormTable } from './form-table.js';
import { type FormId, NO_FORM, type PathRow } from './ids.js';

/** NLRI octets of paths, where they are not those that the destination is kept with. Takes no memory where there are none. */
export class RowForms {
  private readonly table: FormTable;
  private readonly forms = new Column32();
  /** Rows that have some. */
  count = 0;

  constructor(table: FormTable) {
    this.table = table;
  }

  get(row: PathRow): FormId {
    return this.forms.get(row) as FormId;
  }

  set(row: PathRow, form: FormId): void {
    const before = this.get(row);
    if (form === before) return;
    if (form !== NO_FORM) this.table.retain(form);
    if (before !== NO_FORM) this.table.release(before);
    this.count += (form === NO_FORM ? 0 : 1) - (before === NO_FORM ? 0 : 1);
    this.forms.set(row, form);
    if (this.count === 0) this.forms.clear();
  }
}
