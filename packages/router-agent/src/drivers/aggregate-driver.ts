import {
  type Aggregates,
  compilePolicies,
  type Policy,
  type PolicyDeclaration,
  type PolicySets,
} from '@peerage/bgp';
import { type AggregateItem, aggregateKind } from '../items/aggregate.js';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import type { DeclaredPolicy } from '../items/policy.js';
import { eachChange } from './each-change.js';
import { pathAttributes } from './originated-attributes.js';

/** The aggregates of a speaker. */
export class AggregateDriver implements Driver<AggregateItem> {
  readonly kind = aggregateKind;
  readonly #aggregates: Aggregates;
  readonly #applied = new Map<string, AggregateItem>();

  constructor(aggregates: Aggregates) {
    this.#aggregates = aggregates;
  }

  async read(): Promise<readonly AggregateItem[]> {
    return [...this.#applied.values()];
  }

  apply(changes: readonly Change<AggregateItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, ({ key, after }) => {
      if (after === undefined) {
        this.#aggregates.remove(key);
        this.#applied.delete(key);
        return;
      }
      const { attributes, contributors, ...rest } = after;
      this.#aggregates.add({
        ...rest,
        attributes: pathAttributes(attributes),
        ...(contributors === undefined ? {} : { contributors: compiled(contributors) }),
      });
      this.#applied.set(key, after);
    });
  }
}

function compiled({ name, policies, sets }: DeclaredPolicy): Policy {
  const all = compilePolicies({
    policies: policies as Readonly<Record<string, PolicyDeclaration>>,
    sets: sets as PolicySets,
  });
  const found = all.get(name);
  if (found === undefined)
    throw new Error(`no policy ${JSON.stringify(name)} in the file; there are ${[...all.keys()].join(', ')}`);
  return found;
}
