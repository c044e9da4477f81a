import { type Scenario, scenario } from '../peers/scenario.js';

/** Loads by name; throws for a name that is none. */
export function waysOf(
  names: readonly string[],
  routes: number,
): { readonly label: string; readonly scenario: Scenario }[] {
  return names.map((name) => {
    switch (name) {
      case 'one':
        return { label: `${routes} routes one way`, scenario: scenario('a', { n: routes }) };
      case 'both':
        return {
          label: `${routes} routes both ways`,
          scenario: scenario('b', { peers: 2, perPeer: routes, monitors: 0 }),
        };
      default:
        throw new RangeError(`--way must be one or both, got ${name}`);
    }
  });
}
