import t from 'tap';
import { type MeshRole, meshPlaceOf, meshSession } from '../../src/desired/mesh-role.js';
import { meshSessionCases } from '../cases/mesh-cases.js';
import { node } from './samples.js';

t.test('who peers with whom, and who reflects, is the table of reflectors', async (t) => {
  for (const { own, other, session } of meshSessionCases) {
    const [mine, theirs] = [own, other].map(
      (annotations) => meshPlaceOf(node('n', [], { annotations })).role,
    );
    t.equal(meshSession(mine as MeshRole, theirs as MeshRole), session, JSON.stringify({ own, other }));
  }
});

t.test('both ends of a session come to the same answer', async (t) => {
  const roles: readonly MeshRole[] = [
    { kind: 'plain' },
    ...(['server', 'client'] as const).flatMap((kind) =>
      ['0.0.0.1', '0.0.0.2'].map((clusterId) => ({ kind, clusterId })),
    ),
  ];
  for (const a of roles) {
    for (const b of roles) t.equal(meshSession(a, b) === 'none', meshSession(b, a) === 'none');
  }
});
