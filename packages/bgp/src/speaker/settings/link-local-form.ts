/**
 * How a next hop that is link-local alone is written into MP_REACH_NLRI: the address once (16 octets, by
 * draft-ietf-idr-linklocal-capability), twice, or behind `::` (32 octets).
 */
export type LinkLocalForm = 'single' | 'double' | 'unspecified';

/** The octets of a link-local next hop as they are sent. */
export function writtenNextHop(address: Uint8Array, form: LinkLocalForm): Uint8Array {
  if (form === 'single') return address;
  const written = new Uint8Array(32);
  written.set(address, 16);
  if (form === 'double') written.set(address, 0);
  return written;
}
