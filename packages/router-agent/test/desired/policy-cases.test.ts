import type { RouteView } from '@peerage/bgp';
import t from 'tap';
import { desiredPolicies } from '../../src/desired/policies.js';
import { PolicyCompiler } from '../../src/drivers/bgp-policy.js';
import { OriginatedPrefixes } from '../../src/drivers/originated-prefixes.js';
import { parseCidr } from '../../src/items/ip.js';
import { offeredRoutes, policyCases, type SampleName, sampleRoutes } from '../cases/policy-cases.js';
import { configOf } from '../config-of.js';
import { ownNodeOf } from './samples.js';

/** A route as policies see it. */
function view(prefix: string, more: Partial<RouteView> = {}): RouteView {
  const cidr = parseCidr(prefix);
  if (cidr === null) throw new Error(`${prefix} is no prefix`);
  const { bytes, length } = cidr;
  const padded = new DataView(new ArrayBuffer(16));
  for (const [i, octet] of bytes.entries()) padded.setUint8(i, octet);
  const [a = 0, b = 0, c = 0, d = 0] = [0, 4, 8, 12].map((at) => padded.getUint32(at));
  const family = bytes.length === 4 ? { afi: 1, key: 257 } : { afi: 2, key: 513 };
  const plain = { source: null, target: null, owner: null, prefix, prefixLength: length, family };
  return { ...plain, words: { a, b, c, d }, ...more } as unknown as RouteView;
}

const router = { address: '192.168.1.254', as: 64640, type: 'external' } as const;
const otherNode = { address: '192.168.1.12', as: 64512, type: 'internal' } as const;
const names = Object.keys(sampleRoutes) as readonly SampleName[];

for (const { title, flags = [], annotations = {}, mesh, external, edits, refused } of policyCases) {
  t.test(`policies: ${title}`, async (t) => {
    const own = ownNodeOf('n1', { annotations: annotations as Readonly<Record<string, string>> });
    const policies = desiredPolicies(configOf('n1', flags), own);
    const originated = new OriginatedPrefixes();
    originated.add(['10.64.0.1/32', 'fd00:64::1/128', '10.48.1.0/24']);
    const compiler = new PolicyCompiler(originated);
    const sent = (policy: keyof typeof policies, target: RouteView['target']) =>
      names.flatMap((name) => {
        const route: (typeof sampleRoutes)[SampleName] = sampleRoutes[name];
        const source = 'from' in route ? { as: 64512, ...route.from } : null;
        const owner = 'owner' in route ? route.owner : null;
        const result = compiler
          .compile(policies[policy])
          .evaluate(view(route.prefix, { source, owner, target }));
        return result.action === 'accept' ? [{ name, edits: result.edits }] : [];
      });
    const [toMesh, toExternal] = [sent('exportToMesh', otherNode), sent('exportToExternal', router)];
    t.same(
      toMesh.map(({ name }) => name),
      mesh,
    );
    t.ok(toMesh.every((route) => route.edits === undefined));
    t.same(
      toExternal.map(({ name }) => name),
      external,
    );
    for (const route of toExternal) t.same(route.edits, edits);
    for (const source of [router, otherNode]) {
      const taken = compiler.compile(policies.import);
      t.same(
        offeredRoutes.filter((prefix) => taken.evaluate(view(prefix, { source })).action === 'reject').sort(),
        [...refused].sort(),
        `from ${source.type} peers`,
      );
    }
  });
}
