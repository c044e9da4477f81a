import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { type AttributeRow, exactLength } from './attribute-row.js';

/** ATOMIC_AGGREGATE (RFC 4271 §5.1.6): no value. */
export const atomicAggregate: AttributeRow = {
  code: AttributeCode.AtomicAggregate,
  name: 'ATOMIC_AGGREGATE',
  flags: 0x40,
  severity: 'discard', // RFC 7606 §7.6
  check: exactLength(0, UpdateError.AttributeLength),
  show: () => true,
  decode(_bytes, _start, _end, into) {
    into.atomicAggregate = true;
  },
  encode: (attributes) => attributes.atomicAggregate === true,
};
