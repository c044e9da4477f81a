import { parseFamily } from '../../net/family.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { NO_PREFIX, type PrefixId } from '../../rib/ids.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import type { AnnouncedNlri } from '../settings/config.js';
import { parseField } from '../settings/field-check.js';
import { nlriName, tableOfName } from './route-name.js';

/** Where a destination is. */
export interface RoutePlace {
  readonly table: FamilyTable;
  readonly prefix: PrefixId;
}

/**
 * The destination of that name, by its octets, its value, or as the text that tables show it by; undefined when no table has it.
 * A text is compared with that of each destination of its family. Throws `BgpError` for what can be no destination.
 */
export function findRoute(rib: Rib, route: AnnouncedNlri): RoutePlace | undefined {
  const family = parseField('family', route.family, parseFamily);
  const { value } = route;
  if (typeof value === 'string' && rib.codecs.opaque(family) !== undefined) {
    const known = rib.table(family);
    return known === undefined ? undefined : findText(known, value);
  }
  const key = createNlriKey();
  const name = nlriName(rib, route, 'route');
  const found = tableOfName(rib, name, key);
  const prefix = found.prefixes.find(key);
  return prefix === NO_PREFIX ? undefined : { table: found, prefix };
}

function findText(table: FamilyTable, text: string): RoutePlace | undefined {
  const key = createNlriKey();
  const { prefixes } = table;
  for (let prefix = 1 as PrefixId; prefix < prefixes.limit; prefix++) {
    if (!prefixes.has(prefix)) continue;
    prefixes.read(prefix, key);
    if (prefixes.codec.format(key) === text) return { table, prefix };
  }
  return undefined;
}
