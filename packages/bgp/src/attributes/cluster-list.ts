import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { addressToU32, formatAddress, isAddress } from '../net/address.js';
import { refuseAttribute } from './attribute-error.js';
import { type AttributeRow, nonEmptyMultipleOf } from './attribute-row.js';

function readIds(bytes: Uint8Array, start: number, end: number): string[] {
  const ids: string[] = [];
  for (let at = start; at < end; at += 4) ids.push(formatAddress(bytes, at, 4));
  return ids;
}

/** CLUSTER_LIST (RFC 4456 §8): cluster ids, the latest reflector first. */
export const clusterList: AttributeRow = {
  code: AttributeCode.ClusterList,
  name: 'CLUSTER_LIST',
  flags: 0x80,
  severity: 'withdraw', // RFC 7606 §7.10
  internalOnly: true,
  check: nonEmptyMultipleOf(4, UpdateError.AttributeLength),
  show: readIds,
  decode(bytes, start, end, into) {
    into.clusterList = readIds(bytes, start, end);
  },
  encode(attributes, out) {
    if (attributes.clusterList === undefined || attributes.clusterList.length === 0) return false;
    attributes.clusterList.forEach((id, i) => {
      if (id.includes(':') || !isAddress(id))
        refuseAttribute(`clusterList[${i}]`, id, 'must be a dotted quad');
      out.u32(addressToU32(id));
    });
    return true;
  },
};
