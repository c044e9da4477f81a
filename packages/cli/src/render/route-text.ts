import { formatCommunity } from '@peerage/bgp/community';
import type { WireAttributes } from '@peerage/control';

/** `64513 64999 {65001 65002}`: sets in braces, confederations in parentheses (RFC 5065 notation). */
export function asPathText(attributes: WireAttributes): string {
  const around = {
    sequence: ['', ''],
    set: ['{', '}'],
    'confed-sequence': ['(', ')'],
    'confed-set': ['[', ']'],
  };
  return (attributes.asPath ?? [])
    .map(({ type, ases }) => `${around[type][0]}${ases.join(' ')}${around[type][1]}`)
    .join(' ');
}

/** Everything beyond path, MED and local preference, in one cell. */
export function extrasText(attributes: WireAttributes): string {
  return [
    ...(attributes.communities ?? []).map(formatCommunity),
    ...(attributes.largeCommunities ?? []),
    ...(attributes.extendedCommunities ?? []).map((octets) => `ext:${octets}`),
    ...(attributes.atomicAggregate ? ['atomic-aggregate'] : []),
    ...(attributes.aggregator
      ? [`aggregator:${attributes.aggregator.as}@${attributes.aggregator.address}`]
      : []),
    ...(attributes.unknown ?? []).map(({ code }) => `attribute-${code}`),
  ].join(' ');
}

/** `2d3h`, `4m05s`: two units are enough to read. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [d, h, m, s] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ] as [number, number, number, number];
  if (d > 0) return `${d}d${h}h`;
  if (h > 0) return `${h}h${String(m).padStart(2, '0')}m`;
  if (m > 0) return `${m}m${String(s).padStart(2, '0')}s`;
  return `${s}s`;
}
