import { canonicalAddress } from '../../net/canonical-address.js';
import { type Family, parseFamily } from '../../net/family.js';
import type { Announcement } from './config.js';
import { badField, checkFields, checkList, parseField, within } from './field-check.js';

/** The name of a peer, as its address or interface was given. */
export function peerName(address: unknown): string {
  if (typeof address === 'string' && address !== '') return canonicalAddress(address);
  throw badField('address', address, 'the address or interface of a peer');
}

/** Families by name, or undefined for all. */
export function familyList(families: unknown): readonly Family[] | undefined {
  if (families === undefined) return undefined;
  const names = checkList('families', families, 'names of address families');
  return names.map((name, i) => parseField(`families[${i}]`, name, parseFamily));
}

/** One announcement or several, as a list. All of several are checked, so that a wrong one stops the others too. */
export function announcementList(
  given: Announcement | readonly Announcement[],
  check: (announcement: Announcement) => void,
): readonly Announcement[] {
  if (!Array.isArray(given)) {
    if (typeof given === 'object' && given !== null) return [given as Announcement];
    throw badField('announcement', given, 'an announcement, or a list of them');
  }
  given.forEach((one: Announcement, i) => {
    within(`[${i}]`, () => check(one));
  });
  return given;
}

/** A `RouteSink`, and how it is added. */
export function checkSink(sink: unknown, options: unknown): void {
  checkFields('options', options, ['families']);
  for (const method of ['routes', 'inSync'] as const) {
    const found: unknown = typeof sink === 'object' && sink !== null ? Reflect.get(sink, method) : undefined;
    if (typeof found !== 'function') throw badField(`sink.${method}`, found, 'a function');
  }
}

export function checkDirection(direction: unknown): void {
  if (direction !== 'in' && direction !== 'out') throw badField('direction', direction, 'in or out');
}
