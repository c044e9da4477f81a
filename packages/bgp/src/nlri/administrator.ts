import { scanIpv4, u32ToAddress } from '../net/address.js';
import { readU16, readU32 } from '../wire/octets.js';

/** How six octets are parted between an administrator and a number that it assigned (RFC 4360 §3, RFC 4364 §4.2). */
export type AdministratorKind = 'as2' | 'ipv4' | 'as4';

/** The kinds by the number that both route distinguishers and extended communities give them. */
export const ADMINISTRATOR_KINDS: readonly AdministratorKind[] = ['as2', 'ipv4', 'as4'];

/** `65000:100`, `192.0.2.1:100`, `4200000000:100` of six octets at `at`. */
export function formatAdministrator(kind: AdministratorKind, bytes: Uint8Array, at: number): string {
  switch (kind) {
    case 'as2':
      return `${readU16(bytes, at)}:${readU32(bytes, at + 2)}`;
    case 'ipv4':
      return `${u32ToAddress(readU32(bytes, at))}:${readU16(bytes, at + 4)}`;
    case 'as4':
      return `${readU32(bytes, at)}:${readU16(bytes, at + 4)}`;
  }
}

/** Octets of `administrator:number` in one kind, or null when it does not fit into that kind. */
export function parseAdministrator(kind: AdministratorKind, text: string): Uint8Array | null {
  const colon = text.lastIndexOf(':');
  const left = text.slice(0, Math.max(0, colon));
  const right = text.slice(colon + 1);
  if (colon < 1 || !/^\d{1,10}$/.test(right)) return null;
  const number = Number(right);
  const isQuad = left.includes('.');
  const admin = isQuad ? scanIpv4(left, 0, left.length) : /^\d{1,10}$/.test(left) ? Number(left) : -1;
  if (admin < 0 || admin > 0xffffffff || isQuad !== (kind === 'ipv4')) return null;
  const octets = new Uint8Array(6);
  const view = new DataView(octets.buffer);
  if (kind === 'as2') {
    if (admin > 0xffff || number > 0xffffffff) return null;
    view.setUint16(0, admin);
    view.setUint32(2, number);
  } else {
    if (number > 0xffff) return null;
    view.setUint32(0, admin);
    view.setUint16(4, number);
  }
  return octets;
}

/** The kind that a text means when none is named: a dotted quad, an AS number of two octets, or one of four. */
export function guessAdministrator(text: string): AdministratorKind {
  if (text.includes('.')) return 'ipv4';
  return Number(text.slice(0, text.indexOf(':'))) <= 0xffff ? 'as2' : 'as4';
}
