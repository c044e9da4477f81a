import { toHex } from '../wire/hex.js';
import type { Capability } from './capability.js';

/**
 * A capability for people and JSON: families by name, octets in hex.
 *
 * @example
 * showCapability({ name: 'multiprotocol', family: IPV4_UNICAST }); // { name: 'multiprotocol', family: 'ipv4-unicast' }
 */
export function showCapability(capability: Capability): Readonly<Record<string, unknown>> {
  switch (capability.name) {
    case 'multiprotocol':
      return { name: capability.name, family: capability.family.name };
    case 'graceful-restart':
    case 'long-lived-graceful-restart':
    case 'add-path':
    case 'extended-next-hop':
      return { ...capability, families: capability.families.map((f) => ({ ...f, family: f.family.name })) };
    case 'unknown':
      return { name: capability.name, code: capability.code, value: toHex(capability.value) };
    default:
      return { ...capability };
  }
}
