import { valueEnd, valueStart } from '../attributes/attribute-header.js';
import { findAttribute } from '../attributes/find-attribute.js';
import { AttributeCode } from '../iana/attribute-code.js';
import { asPathPattern } from './as-path-pattern.js';
import type { RouteView } from './policy.js';
import { badPolicy } from './policy-error.js';
import { listOf, type PolicySets } from './policy-sets.js';

/** Whether one of the patterns fits the AS path of a route. */
export function asPathTest(value: unknown, path: string, sets: PolicySets): (route: RouteView) => boolean {
  const patterns = listOf(path, value, sets).map((element) => {
    if (typeof element.value === 'string') return asPathPattern(element.value, element.path);
    throw badPolicy(element.path, element.value, 'a pattern over AS numbers, such as "^64512 .* 64999$"');
  });
  return (route) => {
    const { block } = route;
    const at = findAttribute(block, AttributeCode.AsPath);
    const start = at < 0 ? 0 : valueStart(block.bytes, at);
    const end = at < 0 ? 0 : valueEnd(block.bytes, at);
    for (let i = 0; i < patterns.length; i++) if (patterns[i]!.matches(block.bytes, start, end)) return true;
    return false;
  };
}
