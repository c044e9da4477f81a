import { BgpError } from '../errors.js';
import { compileEdits, type EditsDeclaration, mergeEdits } from './edits.js';
import { type CompiledMatch, compileMatch, type Match } from './match.js';
import type { Policy, PolicyInput, PolicyResult, RouteEdits, RouteView } from './policy.js';

/**
 * One statement: when `match` holds, accept, reject, or go on with `next` to the following statement. Edits of `next`
 * statements are kept until a later one accepts.
 */
export interface Statement {
  /** For `explain`. Default `NAME#1`, `NAME#2`, … after the policy. */
  readonly name?: string;
  readonly match?: Match;
  readonly action: 'accept' | 'reject' | 'next';
  readonly edits?: EditsDeclaration;
}

interface CompiledStatement {
  readonly match: CompiledMatch;
  readonly action: Statement['action'];
  readonly edits: RouteEdits | null;
  readonly name: string;
  /** The answer when no earlier statement left edits: the same object each time. */
  readonly result: PolicyResult;
}

/**
 * Compiles statements to a policy; the first that matches decides. A route that none decides gets `otherwise`
 * (default `reject`), with the statement name `NAME#otherwise`.
 *
 * @example
 * const toRouter = policy('to-router', [
 *   { name: 'vips', match: { owner: ['vip'] }, action: 'accept', edits: { addCommunities: ['64512:1'] } },
 * ]);
 */
export function policy(
  name: string,
  statements: readonly Statement[],
  options: { readonly otherwise?: 'accept' | 'reject' } = {},
): Policy {
  const compiled = statements.map((statement, i) => compileStatement(name, statement, i));
  const reads = new Set<PolicyInput>(compiled.flatMap((statement) => statement.match.reads));
  const otherwise = result(options.otherwise ?? 'reject', `${name}#otherwise`, null);
  return Object.freeze({
    name,
    reads: Object.freeze([...reads]),
    evaluate(route: RouteView): PolicyResult {
      let kept: RouteEdits | null = null;
      for (const statement of compiled) {
        if (!statement.match.holds(route)) continue;
        if (statement.action === 'next') {
          kept = together(kept, statement.edits);
        } else if (kept === null || statement.action === 'reject') {
          return statement.result;
        } else {
          return result('accept', statement.name, together(kept, statement.edits));
        }
      }
      return kept === null || otherwise.action === 'reject'
        ? otherwise
        : result('accept', otherwise.statement, kept);
    },
  });
}

/**
 * A policy from a plain function. It must be pure: equal views, equal answers. `reads` says which inputs beside the
 * attributes it looks at; default: all of them, which is right for every function and remembers the least.
 */
export function policyFunction(
  name: string,
  evaluate: (route: RouteView) => PolicyResult,
  options: { readonly reads?: readonly PolicyInput[] } = {},
): Policy {
  return Object.freeze({ name, reads: options.reads ?? everyInput, evaluate });
}

const everyInput: readonly PolicyInput[] = Object.freeze(['prefix', 'nextHop', 'peer']);

function compileStatement(policyName: string, statement: Statement, i: number): CompiledStatement {
  const name = statement.name ?? `${policyName}#${i + 1}`;
  const action: string = statement.action;
  if (action !== 'accept' && action !== 'reject' && action !== 'next') {
    throw new BgpError('BGP_ERR_POLICY', `${name}: action must be accept, reject or next, got "${action}"`, {
      path: `${policyName}.statements[${i}].action`,
      value: action,
      allowed: 'accept, reject, next',
    });
  }
  if (action === 'reject' && statement.edits !== undefined) {
    throw new BgpError('BGP_ERR_POLICY', `${name}: a statement that rejects cannot edit; remove its edits`, {
      path: `${policyName}.statements[${i}].edits`,
      value: statement.edits,
      allowed: 'no edits',
    });
  }
  const edits = statement.edits === undefined ? null : compileEdits(statement.edits);
  return {
    match: compileMatch(statement.match ?? {}),
    action,
    edits,
    name,
    result: result(action === 'reject' ? 'reject' : 'accept', name, edits),
  };
}

function together(first: RouteEdits | null, second: RouteEdits | null): RouteEdits | null {
  if (first === null || second === null) return first ?? second;
  return mergeEdits(first, second);
}

function result(action: 'accept' | 'reject', statement: string, edits: RouteEdits | null): PolicyResult {
  if (action === 'reject') return Object.freeze({ action, statement });
  return Object.freeze(edits === null ? { action, statement } : { action, statement, edits });
}
