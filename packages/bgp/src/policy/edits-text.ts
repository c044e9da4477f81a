import type { AsRule } from '../attributes/as-path-edits.js';
import { attributeRow } from '../attributes/attribute-table.js';
import type { RawAttribute } from '../attributes/raw-attribute.js';
import type { RecordEdits, RecordPattern } from '../attributes/record-pattern.js';
import { AttributeFlag } from '../iana/attribute-code.js';
import { formatCommunity } from './community.js';
import type { RouteEdits } from './policy.js';

/** What edits change, one phrase each, for people: `local preference 80`, `add community 64512:1`. */
export function editsText(edits: RouteEdits): readonly string[] {
  const phrases: string[] = [];
  const add = (phrase: string | undefined): void => {
    if (phrase !== undefined) phrases.push(phrase);
  };
  const { removeAttributes = [], atomicAggregate, aggregator } = edits;
  if (removeAttributes.length > 0) add(`remove attributes ${removeAttributes.map(attributeText).join(', ')}`);
  for (const attribute of edits.setAttributes ?? []) add(setText(attribute));
  add(edits.origin && `origin ${edits.origin}`);
  add(numberText('MED', edits.med, edits.addMed));
  add(numberText('local preference', edits.localPref, edits.addLocalPref));
  add(edits.asPath && `AS path ${edits.asPath.join(' ') || 'empty'}`);
  for (const rule of edits.asRules ?? []) add(ruleText(rule));
  add(edits.prependAses && `prepend ${edits.prependAses.join(' ')}`);
  add(edits.prepend && `prepend ${edits.prepend.as} × ${edits.prepend.count}`);
  if (atomicAggregate !== undefined) add(`${atomicAggregate ? 'set' : 'no'} ATOMIC_AGGREGATE`);
  if (aggregator === null) add('no aggregator');
  else add(aggregator && `aggregator ${aggregator.as} ${aggregator.address}`);
  const { onlyToCustomer } = edits;
  if (onlyToCustomer !== undefined) add(`only to customers ${onlyToCustomer}, where there is no OTC`);
  add(edits.setCommunities && `set communities ${list(edits.setCommunities.map(formatCommunity))}`);
  const removed = [
    ...(edits.removeCommunities ?? []).map(formatCommunity),
    ...(edits.removeCommunityPatterns ?? []).map(patternText),
  ];
  if (removed.length > 0) add(`remove communities ${list(removed)}`);
  add(edits.addCommunities && `add communities ${list(edits.addCommunities.map(formatCommunity))}`);
  add(edits.addLargeCommunities && `add large communities ${list(edits.addLargeCommunities)}`);
  phrases.push(...recordsText('large', edits.largeCommunities, 12, largeText));
  phrases.push(...recordsText('extended', edits.extendedCommunities, 8, hexText));
  add(numberText('AIGP', edits.aigp, undefined));
  const { nextHop } = edits;
  if (nextHop !== undefined) add(`next hop ${typeof nextHop === 'string' ? nextHop : nextHop.address}`);
  return phrases;
}

function attributeText(code: number): string {
  return attributeRow(code)?.name ?? String(code);
}

/** Octets of a value that are shown: enough to tell which one it is. */
const MOST_SHOWN = 32;

function setText({ code, flags, value }: RawAttribute): string {
  const isLocal = attributeRow(code) === undefined && (flags & AttributeFlag.Transitive) === 0;
  const name = `${isLocal ? 'non-transitive ' : ''}attribute ${attributeText(code)}`;
  if (value.length === 0) return `set ${name} without a value`;
  const hex = hexText(value.subarray(0, MOST_SHOWN));
  return `set ${name} ${hex}${value.length > MOST_SHOWN ? `… (${value.length} octets)` : ''}`;
}

function ruleText(rule: AsRule): string {
  const ases = rule.ases.map(({ least, most }) => (least === most ? least : `${least}-${most}`)).join(' ');
  return rule.with === null ? `remove ASes ${ases}` : `replace ASes ${ases} by ${rule.with}`;
}

function numberText(
  name: string,
  value: number | null | undefined,
  added: number | undefined,
): string | undefined {
  if (value === null) return `no ${name}`;
  if (value !== undefined) return `${name} ${value}`;
  if (added === undefined) return undefined;
  return `${name} ${added < 0 ? '−' : '+'} ${Math.abs(added)}`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(' ');
}

function recordsText(
  kind: string,
  edits: RecordEdits | undefined,
  size: number,
  text: (record: Uint8Array) => string,
): readonly string[] {
  if (edits === undefined) return [];
  const each = (octets: Uint8Array): string[] => {
    const texts: string[] = [];
    for (let at = 0; at < octets.length; at += size) texts.push(text(octets.subarray(at, at + size)));
    return texts;
  };
  return [
    ...(edits.set ? [`set ${kind} communities ${list(each(edits.set))}`] : []),
    ...(edits.remove ? [`remove ${kind} communities ${list(edits.remove.map(patternText))}`] : []),
    ...(edits.add ? [`add ${kind} communities ${list(each(edits.add))}`] : []),
  ];
}

function patternText(pattern: RecordPattern): string {
  const parts = pattern.parts.map(({ least, most, width }) => {
    if (least === most) return String(least);
    return least === 0 && most === 256 ** width - 1 ? '*' : `${least}-${most}`;
  });
  return parts.length === 0 ? '*' : parts.join(':');
}

function largeText(record: Uint8Array): string {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  return [0, 4, 8].map((at) => view.getUint32(at)).join(':');
}

function hexText(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
