import { CeaseError, ErrorCode } from '../../iana/error-code.js';
import type { AttributeStore } from '../../rib/attribute-store.js';
import type { FamilyTable } from '../../rib/rib.js';
import { type Fault, resetFault } from '../../wire/result.js';
import type { TableLimits } from '../settings/config.js';

/** Refuses UPDATEs when the tables are full: two comparisons for each. */
export class TableGuard {
  private readonly limits: Required<TableLimits>;
  private readonly attributes: AttributeStore;

  constructor(limits: Required<TableLimits>, attributes: AttributeStore) {
    this.limits = limits;
    this.attributes = attributes;
  }

  /** Why nothing more is taken for a table, null when there is room. */
  check(table: FamilyTable | undefined): Fault | null {
    const { paths, attributeBytes } = this.limits;
    if (this.attributes.liveBytes >= attributeBytes) {
      return full(
        `attribute sets take ${attributeBytes} octets, which is the limit (tableLimits.attributeBytes)`,
      );
    }
    if (table === undefined || table.paths.size < paths) return null;
    return full(`there are ${paths} paths of ${table.family.name}, which is the limit (tableLimits.paths)`);
  }
}

/** Cease / Out of Resources (RFC 4486 §4). */
function full(message: string): Fault {
  return resetFault(ErrorCode.Cease, CeaseError.OutOfResources, 0, message);
}
