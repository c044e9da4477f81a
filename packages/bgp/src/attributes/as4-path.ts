import { AttributeCode } from '../iana/attribute-code.js';
import { checkSegments, showSegments } from './as-path.js';
import type { AttributeRow } from './attribute-row.js';

/** AS4_PATH (RFC 6793 §3): the path in four octets, from peers that do not have them. Merged away in canonical blocks. */
export const as4Path: AttributeRow = {
  code: AttributeCode.As4Path,
  name: 'AS4_PATH',
  flags: 0xc0,
  severity: 'discard', // RFC 6793 §6
  check: (bytes, start, end) => checkSegments(bytes, start, end, true, true),
  show: (bytes, start, end) => showSegments(bytes, start, end, true),
};
