import {
  compilePolicies,
  type Policy,
  type PolicyDeclaration,
  type PolicySets,
  policy,
  policyFunction,
  type Statement,
} from '@peerage/bgp';
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

  #make({ name, statements, otherwise, andThen }: PolicyItem): Policy {
    const [first, ...others] = statements;
    const isGuarded = first?.originated === true;
    const rest = compileRest({
      name,
      statements: isGuarded ? others : statements,
      otherwise,
      ...(andThen === undefined ? {} : { andThen }),
    });
    if (!isGuarded) return rest;
    const answer = Object.freeze({ action: 'reject', statement: first.name } as const);
    const originated = this.#originated;
    // It reads the prefix, so no answer is remembered; routes to prefixes that come or go are judged anew.
    return policyFunction(name, (route) => (originated.has(route) ? answer : rest.evaluate(route)), {
      reads: [...new Set([...rest.reads, 'prefix' as const])],
    });
  }
}

/** Where the operator has a policy of their own, what ours accepts is put to it. */
function compileRest({ name, statements, otherwise, andThen }: PolicyItem): Policy {
  if (andThen === undefined) return policy(name, statements.map(statementOf), { otherwise });
  const admitted = statements
    .filter(({ action }) => action === 'accept')
    .map(({ name, ...item }) => matchOf(item));
  const guard: Statement = { name: 'not-ours', match: { not: { anyOf: admitted } }, action: 'reject' };
  const guards = otherwise === 'accept' ? [] : admitted.length === 0 ? [{ ...guard, match: {} }] : [guard];
  const asked = statements.map((item) => {
    const statement = statementOf(item);
    return item.action === 'accept' ? { ...statement, action: 'next' as const } : statement;
  });
  return policy(name, [...guards, ...asked, { name: andThen.name, call: andThen.name }], {
    otherwise: 'reject',
    policies: compilePolicies({
      policies: andThen.policies as Readonly<Record<string, PolicyDeclaration>>,
      sets: andThen.sets as PolicySets,
    }),
  });
}

function statementOf(item: PolicyStatementItem) {
  const { name, action, nextHopSelf, prepend } = item;
  const edits = {
    ...(nextHopSelf === undefined ? {} : { nextHop: 'self' as const }),
    ...(prepend === undefined ? {} : { prepend }),
  };
  return { name, action, match: matchOf(item), ...(Object.keys(edits).length === 0 ? {} : { edits }) };
}

function matchOf({ prefixes, owners, local }: Pick<PolicyStatementItem, 'prefixes' | 'owners' | 'local'>) {
  return {
    ...(prefixes === undefined ? {} : { prefixes }),
    ...(owners === undefined ? {} : { owner: owners }),
    ...(local === undefined ? {} : { source: 'local' as const }),
  };
}
