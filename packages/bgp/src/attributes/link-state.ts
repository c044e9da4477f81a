import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { LINK_STATE_ATTRIBUTES } from '../nlri/link-state-tlv.js';
import { writeValue } from './attribute-error.js';
import type { AttributeRow } from './attribute-row.js';

/**
 * BGP-LS attribute (RFC 9552 §5.3): TLVs about the node, link or prefix of the NLRI. Only where each ends is checked; what a
 * value means is left to who uses it (§8.2.2).
 */
export const linkState: AttributeRow = {
  code: AttributeCode.LinkState,
  name: 'BGP-LS',
  flags: 0x80,
  severity: 'discard', // RFC 9552 §8.2.2
  check: (bytes, start, end) =>
    LINK_STATE_ATTRIBUTES.isWhole(bytes, start, end) ? 0 : UpdateError.OptionalAttribute,
  show: (bytes, start, end) => LINK_STATE_ATTRIBUTES.read(bytes, start, end),
  decode(bytes, start, end, into) {
    into.linkState = LINK_STATE_ATTRIBUTES.read(bytes, start, end) ?? [];
  },
  encode({ linkState: tlvs }, out) {
    if (tlvs === undefined) return false;
    writeValue(() => LINK_STATE_ATTRIBUTES.write('linkState', tlvs, out));
    return true;
  },
};
