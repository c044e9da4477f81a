import type { TableLimits } from './config.js';

/** What the tables may hold unless told otherwise: paths of each family, and octets of attribute sets. */
export const DEFAULT_TABLE_LIMITS: Required<TableLimits> = { paths: 2 ** 24, attributeBytes: 2 ** 30 };
