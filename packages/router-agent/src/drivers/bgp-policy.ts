import { type Policy, policy } from '@peerage/bgp';
import type { PolicyItem, PolicyStatementItem } from '../items/policy.js';
import { structurallyEqual } from '../items/structural.js';

/**
 * Compiles policies, and gives the same policy again for the same content: the speaker compares them by identity, and
 * goes through all routes when one is another.
 */
export class PolicyCompiler {
  readonly #compiled = new Map<string, { readonly item: PolicyItem; readonly policy: Policy }>();

  compile(item: PolicyItem): Policy {
    const known = this.#compiled.get(item.name);
    if (known !== undefined && structurallyEqual(known.item, item)) return known.policy;
    const compiled = policy(item.name, item.statements.map(statementOf), { otherwise: item.otherwise });
    this.#compiled.set(item.name, { item, policy: compiled });
    return compiled;
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
