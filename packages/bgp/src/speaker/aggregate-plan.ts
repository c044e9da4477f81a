import type { Policy } from '../policy/policy.js';
import type { Aggregates } from './local/aggregator.js';
import {
  type Aggregate,
  type AggregateSettings,
  aggregateFields,
  aggregateSettings,
  changedAggregate,
} from './settings/aggregate.js';
import type { PlanRow, WantedAggregate } from './settings/configuration.js';
import { badField, checkFields, within } from './settings/field-check.js';

/** Compares wanted aggregates with those that are there: rows for people, and what makes them true. */
export function planAggregates(
  wanted: readonly WantedAggregate[],
  present: readonly AggregateSettings[],
  aggregates: Pick<Aggregates, 'add' | 'remove'>,
  named: (path: string, policy: Policy | string) => Policy,
): { readonly rows: readonly PlanRow[]; readonly steps: readonly (() => void)[] } {
  const rows: PlanRow[] = [];
  const steps: (() => void)[] = [];
  const known = new Map(present.map((settings) => [settings.prefix, settings]));
  const seen = new Set<string>();
  wanted.forEach((aggregate, i) => {
    const path = `aggregates[${i}]`;
    checkFields(path, aggregate, aggregateFields);
    const { contributors, ...rest } = aggregate;
    const config: Aggregate = {
      ...rest,
      ...(contributors !== undefined && { contributors: named(`${path}.contributors`, contributors) }),
    };
    const settings = within(path, () => aggregateSettings(config, path));
    const { prefix } = settings;
    if (seen.has(prefix)) throw badField(`${path}.prefix`, prefix, 'a prefix that occurs once');
    seen.add(prefix);
    const before = known.get(prefix);
    const changed = before === undefined ? [] : changedAggregate(before, settings);
    if (before !== undefined && changed.length === 0) return;
    rows.push({
      subject: `aggregate ${prefix}`,
      change: before === undefined ? 'added' : 'changed-live',
      reason: before === undefined ? 'new' : `${changed.join(', ')} changed`,
    });
    steps.push(() => aggregates.add(config));
  });
  for (const prefix of known.keys()) {
    if (seen.has(prefix)) continue;
    rows.push({ subject: `aggregate ${prefix}`, change: 'removed', reason: 'not in the configuration' });
    steps.push(() => void aggregates.remove(prefix));
  }
  return { rows, steps };
}
