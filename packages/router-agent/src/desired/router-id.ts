import { generateRouterId } from '../config/router-id.js';
import type { NodeAddresses } from './node-addresses.js';

/**
 * The BGP identifier: as configured, or hashed from the primary address for `generate`, or the primary address
 * itself when that is IPv4. Null when none of these gives one.
 */
export function routerId(configured: string | null, addresses: NodeAddresses): string | null {
  if (configured === 'generate') return generateRouterId(addresses.primary);
  if (configured !== null) return configured;
  return addresses.primaryFamily === 'ipv4' ? addresses.primary : null;
}
