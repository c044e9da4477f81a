import { type Policy, policy, policyFunction } from '@peerage/bgp';
import type { PolicyItem, PolicyStatementItem } from '../items/policy.js';
import { structurallyEqual } from '../items/structural.js';
import type { OriginatedPrefixes } from './originated-prefixes.js';

/**
 * Compiles policies, and gives the same policy again for the same content: the speaker compares them by identity, and
 * goes through all routes when one is another.
 */
export class PolicyCompiler {
  readonly #originated: OriginatedPrefixes;
  readonly #compiled = new Map<string, { readonly item: PolicyItem; readonly policy: Policy }>();

  constructor(originated: OriginatedPrefixes) {
    this.#originated = originated;
  }

  compile(item: PolicyItem): Policy {
    const known = this.#compiled.get(item.name);
    if (known !== undefined && structurallyEqual(known.item, item)) return known.policy;
    const compiled = this.#make(item);
    this.#compiled.set(item.name, { item, policy: compiled });
    return compiled;
  }

  #make({ name, statements, otherwise }: PolicyItem): Policy {
    const [first, ...others] = statements;
    if (first?.originated !== true) return policy(name, statements.map(statementOf), { otherwise });
    const rest = policy(name, others.map(statementOf), { otherwise });
    const answer = Object.freeze({ action: 'reject', statement: first.name } as const);
    const originated = this.#originated;
    // It reads the prefix, so no answer is remembered; routes to prefixes that come or go are judged anew.
    return policyFunction(name, (route) => (originated.has(route) ? answer : rest.evaluate(route)), {
      reads: [...new Set([...rest.reads, 'prefix' as const])],
    });
  }
}

function statementOf(statement: PolicyStatementItem) {
  const { name, prefixes, owners, action, nextHopSelf } = statement;
  return {
    name,
    action,
    match: {
      ...(prefixes === undefined ? {} : { prefixes }),
      ...(owners === undefined ? {} : { owner: owners }),
    },
    ...(nextHopSelf === undefined ? {} : { edits: { nextHop: 'self' as const } }),
  };
}
