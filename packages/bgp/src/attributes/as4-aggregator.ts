import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { showAggregator } from './aggregator.js';
import { type AttributeRow, readU32 } from './attribute-row.js';

/** AS4_AGGREGATOR (RFC 6793 §3): the aggregator with four octets. Merged away in canonical blocks. */
export const as4Aggregator: AttributeRow = {
  code: AttributeCode.As4Aggregator,
  name: 'AS4_AGGREGATOR',
  flags: 0xc0,
  severity: 'discard', // RFC 6793 §6
  check(bytes, start, end) {
    if (end - start !== 8) return UpdateError.AttributeLength;
    return readU32(bytes, start) === 0 ? UpdateError.OptionalAttribute : 0; // RFC 7607 §2
  },
  show: (bytes, start) => showAggregator(bytes, start, true),
};
