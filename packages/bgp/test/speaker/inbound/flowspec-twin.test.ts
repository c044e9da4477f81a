import fc from 'fast-check';
import t from 'tap';
import { parseFamily } from '../../../src/net/family.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { nlriHex, OpaqueEnd } from '../opaque-end.js';
import { FarEnd, path, pipeline, settle } from '../pipeline-fixture.js';

const flow4 = parseFamily('ipv4-flowspec');
const ASES = [64_601, 64_602, 64_603];

/** A prefix below 10.0.0.0/24 by number: few of them, so that they often cover one another. */
function prefixOf(n: number): string {
  const length = 24 + (n % 4);
  const block = (n >>> 2) % 2 ** (length - 24);
  return `10.0.0.${block * 2 ** (32 - length)}/${length}`;
}

const [bits, size] = [
  (text: string) => Number(text.split('/')[0]!.split('.')[3]),
  (text: string) => Number(text.split('/')[1]),
];

const covers = (outer: string, inner: string): boolean =>
  size(outer) <= size(inner) && bits(outer) === bits(inner) - (bits(inner) % 2 ** (32 - size(outer)));

/** Rules that RFC 9117 §4 lets through, from scratch. A table of routes: prefix to who told the best one. */
function feasible(rules: ReadonlyMap<string, number>, best: ReadonlyMap<string, number>): string[] {
  const found: string[] = [];
  for (const [rule, teller] of rules) {
    const prefix = rule.split(' ')[1]!;
    const covering = [...best.keys()].filter((one) => covers(one, prefix));
    const longest = covering.sort((x, y) => size(y) - size(x))[0];
    if (longest === undefined || best.get(longest) !== teller) continue;
    const specifics = [...best].filter(([one]) => one !== prefix && covers(prefix, one));
    if (specifics.every(([, other]) => other === teller)) found.push(prefix);
  }
  return found.sort();
}

const command = fc.record({
  peer: fc.constantFrom(0, 0, 0, 0, 1, 2),
  n: fc.nat(63),
  what: fc.constantFrom(
    'route',
    'route',
    'unroute',
    'flow',
    'flow',
    'unflow',
    'turn',
    'turn',
    'turn',
    'close',
  ),
});

function bestRoutes(p: Pipeline): Map<string, number> {
  const best = new Map<string, number>();
  for (const { prefix, paths } of p.rib({ family: 'ipv4-unicast', limit: 1000 }).routes) {
    const from = paths.find(({ best }) => best)?.peer;
    if (from !== undefined) best.set(prefix, Number(from.split('.').at(-1)) - 1);
  }
  return best;
}

t.test('any order of routes and flow specifications ends with those that are feasible', async (t) => {
  let chosen = 0;
  fc.assert(
    fc.property(
      fc.array(command, { minLength: 5, maxLength: 120 }),
      fc.integer({ min: 1, max: 4 }),
      (commands, stepSize) => {
        const p = pipeline({ stepSize });
        const routes = ASES.map((as, i) => new FarEnd(`10.0.0.${i + 1}`, as).open(p));
        const flows = ASES.map((as, i) =>
          new OpaqueEnd(`10.0.0.${i + 1}`, as, flow4, { flowspecValidation: 'strict' }).open(p),
        );
        const target = new OpaqueEnd('10.0.0.9', 64_609, flow4).open(p);
        const rules = new Map<string, number>();
        for (const { peer, n, what } of commands) {
          const prefix = prefixOf(n);
          const hex = nlriHex(flow4, { components: [{ type: 'destination-prefix', prefix }] });
          const as = ASES[peer]!;
          if (what === 'route') routes[peer]!.announce(p, [prefix], path(...[as, as, as].slice(n % 3)));
          else if (what === 'unroute') routes[peer]!.withdraw(p, [prefix]);
          else if (what === 'flow') {
            flows[peer]!.announce(p, [hex], path(as), '');
            rules.set(`${peer} ${prefix}`, peer);
          } else if (what === 'unflow') {
            flows[peer]!.withdraw(p, [hex]);
            rules.delete(`${peer} ${prefix}`);
          } else if (what === 'close') {
            p.closePeer(routes[peer]!.index);
            routes[peer]!.open(p);
          } else p.work(() => true);
        }
        settle(p);
        const wanted = feasible(rules, bestRoutes(p));
        const hexes = wanted.map((prefix) =>
          nlriHex(flow4, { components: [{ type: 'destination-prefix', prefix }] }),
        );
        chosen += wanted.length;
        if (JSON.stringify([...new Set(hexes)].sort()) !== JSON.stringify(target.hexes())) {
          throw new Error(`wanted ${wanted.join()}, got ${target.hexes().join()}`);
        }
        if (target.problems.length > 0) throw new Error(target.problems.join());
      },
    ),
    { numRuns: 150, seed: 91_17 },
  );
  t.ok(chosen > 50, `${chosen} were chosen`);
});
