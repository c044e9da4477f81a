import { type PolicyOptions, policy, type Statement } from './compile.js';
import { acceptAll, rejectAll } from './defaults.js';
import type { Policy } from './policy.js';
import { badPolicy, checkShape } from './policy-error.js';
import type { PolicySets } from './policy-sets.js';
import { blackhole, gracefulShutdown } from './well-known-policies.js';

/** One policy as JSON or YAML has it: its statements, or those and what becomes of the rest. */
export type PolicyDeclaration =
  | readonly Statement[]
  | { readonly statements: readonly Statement[]; readonly otherwise?: 'accept' | 'reject' };

/** Policies by name, and the sets that they share. */
export interface PoliciesDeclaration {
  readonly policies?: Readonly<Record<string, PolicyDeclaration>>;
  readonly sets?: PolicySets;
}

/**
 * Compiles declared policies, which may call one another by name, but not in a circle. `accept-all`, `reject-all`,
 * `graceful-shutdown` and `blackhole` are always there. The value may be anything that came out of JSON or YAML: what is wrong throws `BgpError` with code
 * `BGP_ERR_POLICY`, whose `path` names the place, `value` what stood there and `allowed` what may stand there.
 *
 * @example
 * const policies = compilePolicies({
 *   sets: { customers: ['192.0.2.0/24', { prefix: '198.51.100.0/22', le: 24 }] },
 *   policies: { 'from-customer': [{ match: { prefixes: ['@customers'] }, action: 'accept' }] },
 * });
 * speaker.addPeer({ address: '192.0.2.9', remoteAs: 64513, importPolicy: policies.get('from-customer')! });
 */
export function compilePolicies(declared: PoliciesDeclaration): ReadonlyMap<string, Policy> {
  checkShape('config', declared, ['policies', 'sets']);
  const { policies = {}, sets = {} } = declared;
  checkSets(sets);
  if (typeof policies !== 'object' || policies === null || Array.isArray(policies)) {
    throw badPolicy('policies', policies, 'an object of policies by name');
  }
  const compiled = new Map(builtIn.map((one) => [one.name, one]));
  const open: string[] = [];
  const compile = (name: string): void => {
    if (compiled.has(name)) return;
    const declaration = policies[name];
    if (declaration === undefined) return;
    if (open.includes(name)) {
      throw badPolicy(`policies.${name}`, [...open, name], 'called in no circle');
    }
    open.push(name);
    const { statements, otherwise } = partsOf(name, declaration);
    for (const statement of statements) {
      const callee: unknown = (statement as Statement | null)?.call;
      if (typeof callee === 'string' && Object.hasOwn(policies, callee)) compile(callee);
    }
    open.pop();
    const options: PolicyOptions = {
      sets,
      policies: compiled,
      ...(otherwise !== undefined && { otherwise }),
    };
    compiled.set(name, policy(name, statements, options));
  };
  for (const name of Object.keys(policies)) {
    if (builtIn.some((one) => one.name === name)) {
      throw badPolicy(`policies.${name}`, name, 'another name: this one is built in');
    }
    compile(name);
  }
  return compiled;
}

const builtIn: readonly Policy[] = [acceptAll, rejectAll, gracefulShutdown, blackhole];

function partsOf(
  name: string,
  declaration: unknown,
): { readonly statements: readonly Statement[]; readonly otherwise?: 'accept' | 'reject' } {
  if (Array.isArray(declaration)) return { statements: declaration };
  checkShape(`policies.${name}`, declaration, ['statements', 'otherwise']);
  const parts = declaration as { statements: readonly Statement[]; otherwise?: 'accept' | 'reject' };
  if (!Array.isArray(parts.statements)) {
    throw badPolicy(`policies.${name}.statements`, parts.statements, 'a list of statements');
  }
  return parts;
}

function checkSets(sets: unknown): void {
  if (typeof sets !== 'object' || sets === null || Array.isArray(sets)) {
    throw badPolicy('sets', sets, 'an object of lists by name');
  }
  for (const [name, list] of Object.entries(sets)) {
    if (!Array.isArray(list)) throw badPolicy(`sets.${name}`, list, 'a list');
    for (const [i, element] of list.entries()) {
      if (typeof element === 'string' && element.startsWith('@')) {
        throw badPolicy(`sets.${name}[${i}]`, element, 'a value: a set cannot take in another set');
      }
    }
  }
}
