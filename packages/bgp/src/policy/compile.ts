import { DistinctEdits } from './distinct-edits.js';
import { compileEdits, type EditsDeclaration } from './edits.js';
import { type CompiledMatch, compileMatch, type Match } from './match.js';
import { mergeEdits } from './merge-edits.js';
import type { Policy, PolicyInput, PolicyResult, RouteEdits, RouteView } from './policy.js';
import { badPolicy, checkShape } from './policy-error.js';
import { NO_SETS, type PolicySets } from './policy-sets.js';
import { PolicyReads } from './prefix-classes.js';

/**
 * One statement: when `match` holds, accept, reject, or go on with `next` to the following statement. Edits of `next`
 * statements are kept until a later one accepts. With `call` another policy is asked in place of `action`: what it decides
 * holds; where none of its statements decides and it has no `otherwise`, the following statement is next, with the edits of
 * its `next` statements kept. A match sees the route as it came, not what edits made of it.
 */
export interface Statement {
  /** For `explain`. Default `NAME#1`, `NAME#2`, … after the policy. */
  readonly name?: string;
  readonly match?: Match;
  /** One of `action` and `call` must be there. */
  readonly action?: 'accept' | 'reject' | 'next';
  /** Name of another policy. */
  readonly call?: string;
  readonly edits?: EditsDeclaration;
}

/** What a policy refers to, and what it says of a route that no statement decides. */
export interface PolicyOptions {
  /** What becomes of a route that no statement decides. Default `reject`; where this policy is called: the caller goes on. */
  readonly otherwise?: 'accept' | 'reject';
  /** Named lists for `@name`. */
  readonly sets?: PolicySets;
  /** Policies that `call` finds. */
  readonly policies?: ReadonlyMap<string, Policy>;
}

/** Decides over a view, going through statements; the edits that were collected so far are handed on. */
interface Decider {
  /** A decision, or null with `kept` for what follows. */
  decide(route: RouteView, kept: RouteEdits | null): PolicyResult | null;
  kept: RouteEdits | null;
}

interface CompiledStatement {
  readonly match: CompiledMatch;
  readonly action: 'accept' | 'reject' | 'next' | 'call';
  readonly callee: Decider | null;
  readonly edits: RouteEdits | null;
  readonly name: string;
  /** The answer when no earlier statement left edits: the same object each time. */
  readonly result: PolicyResult;
  /** Joins what earlier statements left with the edits of this one. */
  readonly merger: Merger;
}

/** Policies that were compiled here, so that others may call into their statements. */
const compiledPolicies = new WeakMap<Policy, { readonly decider: Statements; readonly reads: PolicyReads }>();

/**
 * Compiles statements to a policy; the first that matches decides. A route that none decides gets `otherwise`
 * (default `reject`), with the statement name `NAME#otherwise`.
 *
 * @example
 * const toRouter = policy('to-router', [
 *   { name: 'vips', match: { owner: ['vip'] }, action: 'accept', edits: { addCommunities: ['64512:1'] } },
 * ]);
 */
export function policy(name: string, statements: readonly Statement[], options: PolicyOptions = {}): Policy {
  checkShape(name, options, ['otherwise', 'sets', 'policies']);
  if (!Array.isArray(statements)) throw badPolicy(`${name}.statements`, statements, 'a list of statements');
  const reads = new PolicyReads();
  const distinct = new DistinctEdits();
  const compiled = statements.map((statement: Statement, i) =>
    compileStatement(name, statement, i, options, reads, distinct),
  );
  const { otherwise } = options;
  if (otherwise !== undefined && otherwise !== 'accept' && otherwise !== 'reject') {
    throw badPolicy(`${name}.otherwise`, otherwise, 'accept or reject');
  }
  const decider = new Statements(
    compiled,
    otherwise === undefined ? null : result(otherwise, `${name}#otherwise`, null),
    distinct,
  );
  const last = result('reject', `${name}#otherwise`, null);
  const { prefixClasses } = reads;
  const made: Policy = Object.freeze({
    name,
    reads: reads.names,
    ...(prefixClasses !== undefined && { prefixClasses }),
    evaluate: (route: RouteView): PolicyResult => decider.decide(route, null) ?? last,
  });
  compiledPolicies.set(made, { decider, reads });
  return made;
}

/**
 * A policy from a plain function. It must be pure: equal views, equal answers. `reads` says which inputs beside the
 * attributes it looks at; default: all of them, which is right for every function and remembers the least.
 *
 * @example
 * const short = policyFunction('short-paths', (route) => ({
 *   action: route.asPathLength <= 5 ? 'accept' : 'reject',
 *   statement: 'length',
 * }));
 */
export function policyFunction(
  name: string,
  evaluate: (route: RouteView) => PolicyResult,
  options: { readonly reads?: readonly PolicyInput[] } = {},
): Policy {
  return Object.freeze({ name, reads: options.reads ?? everyInput, evaluate });
}

const everyInput: readonly PolicyInput[] = Object.freeze(['prefix', 'nextHop', 'peer', 'rpki']);

class Statements implements Decider {
  private readonly statements: readonly CompiledStatement[];
  private readonly otherwise: PolicyResult | null;
  private readonly merger: Merger;
  kept: RouteEdits | null = null;

  constructor(
    statements: readonly CompiledStatement[],
    otherwise: PolicyResult | null,
    distinct: DistinctEdits,
  ) {
    this.merger = new Merger(distinct);
    this.statements = statements;
    this.otherwise = otherwise;
  }

  decide(route: RouteView, before: RouteEdits | null): PolicyResult | null {
    let kept = before;
    for (let i = 0; i < this.statements.length; i++) {
      const statement = this.statements[i]!;
      if (!statement.match.holds(route)) continue;
      if (statement.callee !== null) {
        kept = statement.merger.together(kept, statement.edits);
        const answer = statement.callee.decide(route, kept);
        if (answer !== null) return answer;
        kept = statement.callee.kept;
      } else if (statement.action === 'next') {
        kept = statement.merger.together(kept, statement.edits);
      } else if (kept === null || statement.action === 'reject') {
        return statement.result;
      } else {
        return statement.merger.accept(kept, statement.edits, statement.name);
      }
    }
    this.kept = kept;
    const { otherwise } = this;
    if (otherwise === null || kept === null || otherwise.action === 'reject') return otherwise;
    return this.merger.accept(kept, null, otherwise.statement);
  }
}

/** A policy that is no list of statements: it always decides. */
class Called implements Decider {
  private readonly policy: Policy;
  private readonly merger: Merger;
  kept: RouteEdits | null = null;

  constructor(called: Policy, distinct: DistinctEdits) {
    this.merger = new Merger(distinct);
    this.policy = called;
  }

  decide(route: RouteView, kept: RouteEdits | null): PolicyResult | null {
    const answer = this.policy.evaluate(route);
    if (kept === null || answer.action === 'reject') return answer;
    return this.merger.accept(kept, answer.edits ?? null, answer.statement);
  }
}

/** Combinations of edits are few: each is merged once and remembered, so that equal answers are the same object. */
const MOST_REMEMBERED = 256;

class Merger {
  private readonly edits = new Map<RouteEdits, Map<RouteEdits, RouteEdits>>();
  private readonly answers = new Map<RouteEdits, PolicyResult>();
  private readonly distinct: DistinctEdits;
  private count = 0;

  constructor(distinct: DistinctEdits) {
    this.distinct = distinct;
  }

  together(first: RouteEdits | null, second: RouteEdits | null): RouteEdits | null {
    if (first === null || second === null) return first ?? second;
    let known = this.edits.get(first);
    let merged = known?.get(second);
    if (merged !== undefined) return merged;
    this.makeRoom();
    merged = this.distinct.one(mergeEdits(first, second));
    known ??= new Map();
    known.set(second, merged);
    this.edits.set(first, known);
    return merged;
  }

  accept(kept: RouteEdits, edits: RouteEdits | null, statement: string): PolicyResult {
    const together = this.together(kept, edits) ?? kept;
    let answer = this.answers.get(together);
    if (answer === undefined || answer.statement !== statement) {
      this.makeRoom();
      answer = result('accept', statement, together);
      this.answers.set(together, answer);
    }
    return answer;
  }

  private makeRoom(): void {
    if (++this.count <= MOST_REMEMBERED) return;
    this.count = 0;
    this.edits.clear();
    this.answers.clear();
  }
}

function compileStatement(
  policyName: string,
  statement: Statement,
  i: number,
  options: PolicyOptions,
  reads: PolicyReads,
  distinct: DistinctEdits,
): CompiledStatement {
  const path = `${policyName}.statements[${i}]`;
  checkShape(path, statement, ['name', 'match', 'action', 'call', 'edits']);
  const name = statement.name ?? `${policyName}#${i + 1}`;
  const action: unknown = statement.action;
  const { call } = statement;
  const { sets = NO_SETS } = options;
  if ((action === undefined) === (call === undefined)) {
    throw badPolicy(`${path}.action`, action, 'accept, reject or next, or absent where call names a policy');
  }
  if (action !== undefined && action !== 'accept' && action !== 'reject' && action !== 'next') {
    throw badPolicy(`${path}.action`, action, 'accept, reject or next');
  }
  if (action === 'reject' && statement.edits !== undefined) {
    throw badPolicy(`${path}.edits`, statement.edits, 'absent: a statement that rejects cannot edit');
  }
  const match = compileMatch(statement.match ?? {}, `${path}.match`, sets);
  reads.addAll(match.reads);
  const edits =
    statement.edits === undefined ? null : distinct.one(compileEdits(statement.edits, `${path}.edits`, sets));
  return {
    match,
    action: action ?? 'call',
    callee: call === undefined ? null : calleeOf(`${path}.call`, call, options.policies, reads, distinct),
    edits,
    name,
    result: result(action === 'reject' ? 'reject' : 'accept', name, edits),
    merger: new Merger(distinct),
  };
}

function calleeOf(
  path: string,
  name: string,
  policies: ReadonlyMap<string, Policy> | undefined,
  reads: PolicyReads,
  distinct: DistinctEdits,
): Decider {
  const called = policies?.get(name);
  if (called === undefined) {
    const known = [...(policies?.keys() ?? [])].join(', ');
    throw badPolicy(path, name, `the name of another policy (${known || 'none is given'})`);
  }
  const compiled = compiledPolicies.get(called);
  if (compiled !== undefined) {
    reads.addAll(compiled.reads);
    return compiled.decider;
  }
  for (const input of called.reads) reads.add(input);
  return new Called(called, distinct);
}

function result(action: 'accept' | 'reject', statement: string, edits: RouteEdits | null): PolicyResult {
  if (action === 'reject') return Object.freeze({ action, statement });
  return Object.freeze(edits === null ? { action, statement } : { action, statement, edits });
}
