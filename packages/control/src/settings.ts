export { familySchema, relayedFamilySchema } from './settings/family-schema.js';
export type { Defined } from './settings/neighbor-schema.js';
export {
  asNumber,
  definedOnly,
  groupSchema,
  neighborSchema,
  port,
  prefixLimit,
  seconds,
} from './settings/neighbor-schema.js';
export { aggregateSchema, announcementSchema } from './settings/route-schemas.js';
