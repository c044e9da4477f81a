import {
  compilePolicies,
  type Match,
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
import { PeerSelections } from './peer-selections.js';

/**
 * Compiles policies, and gives the same policy again for the same content: the speaker compares them by identity, and
 * goes through all routes when one is another.
 */
export class PolicyCompiler {
  readonly #originated: OriginatedPrefixes;
  readonly #compiled = new Map<string, { readonly item: PolicyItem; readonly policy: Policy }>();

  readonly #selections: PeerSelections;

  constructor(originated: OriginatedPrefixes, selections = new PeerSelections()) {
    this.#originated = originated;
    this.#selections = selections;
  }

  compile(item: PolicyItem): Policy {
    const known = this.#compiled.get(item.name);
    if (known !== undefined && structurallyEqual(known.item, item)) return known.policy;
    const compiled = this.#make(item);
    this.#compiled.set(item.name, { item, policy: compiled });
    return compiled;
  }

  #make(item: PolicyItem): Policy {
    const made = this.#guarded(item);
    if (item.selective !== true) return made;
    const answer = Object.freeze({ action: 'reject', statement: 'other-peers-only' } as const);
    const selections = this.#selections;
    return policyFunction(
      item.name,
      (route) => (selections.keepFrom(route) ? answer : made.evaluate(route)),
      { reads: [...new Set([...made.reads, 'prefix' as const, 'peer' as const])] },
    );
  }

  #guarded({ name, statements, otherwise, andThen }: PolicyItem): Policy {
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
  if (andThen === undefined) {
    return sharedByPeers(policy(name, statements.map(statementOf), { otherwise }), statements);
  }
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

/**
 * Whom a route came from is all that these statements ask of peers, and a policy that reads prefixes is asked about each route
 * anyway. So it need not say that it reads the peer, and one answer serves all nodes: else a reflector packed for each by itself.
 */
function sharedByPeers(made: Policy, statements: readonly PolicyStatementItem[]): Policy {
  if (!statements.some(({ reflected }) => reflected !== undefined)) return made;
  const reads = made.reads.filter((input) => input !== 'peer');
  return policyFunction(made.name, (route) => made.evaluate(route), {
    reads: [...new Set([...reads, 'prefix' as const])],
  });
}

function statementOf(item: PolicyStatementItem) {
  const { name, action, nextHopSelf, prepend, addCommunities } = item;
  const edits = {
    ...(nextHopSelf === undefined ? {} : { nextHop: 'self' as const }),
    ...(prepend === undefined ? {} : { prepend }),
    ...(addCommunities === undefined ? {} : { addCommunities }),
  };
  return { name, action, match: matchOf(item), ...(Object.keys(edits).length === 0 ? {} : { edits }) };
}

function matchOf(item: Omit<PolicyStatementItem, 'name' | 'action'>): Match {
  const { prefixes, inside, owners, local, reflected } = item;
  const within = inside?.map((prefix) => ({ prefix, le: prefix.includes(':') ? 128 : 32 }));
  const except = reflected?.exceptFrom ?? [];
  return {
    ...(prefixes === undefined && within === undefined
      ? {}
      : { prefixes: [...(prefixes ?? []), ...(within ?? [])] }),
    ...(owners === undefined ? {} : { owner: owners }),
    ...(local === undefined ? {} : { source: 'local' as const }),
    ...(reflected === undefined ? {} : { source: 'internal' as const }),
    ...(except.length === 0 ? {} : { not: { source: { addresses: except } } }),
  };
}
