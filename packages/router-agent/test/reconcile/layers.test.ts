import t from 'tap';
import type { ItemKind } from '../../src/items/item.js';
import { layer, reconcileLayers } from '../../src/reconcile/layers.js';

const kind = (name: string): ItemKind<string> => ({ name, key: (item) => item, equal: () => true });

/** Drivers that write down what they are asked. */
function world(there: Readonly<Record<string, readonly string[]>>) {
  const done: string[] = [];
  const layerOf = (name: string, wanted: readonly string[], broken = false) =>
    layer(
      {
        kind: kind(name),
        read: async () => {
          if (broken) throw new Error(`${name} cannot be read`);
          return there[name] ?? [];
        },
        apply: async (changes) => {
          done.push(...changes.map(({ verb, key }) => `${verb} ${name} ${key}`));
          return changes
            .filter(({ key }) => key === 'bad')
            .map(({ key, verb }) => ({ key, verb, message: 'no' }));
        },
      },
      wanted,
    );
  return { done, layerOf };
}

const signal = new AbortController().signal;

t.test('layers are made from the first to the last, and unmade from the last to the first', async (t) => {
  const { done, layerOf } = world({ link: ['old'], route: ['old'] });
  const layers = [layerOf('link', ['new']), layerOf('route', ['new'])];
  t.same(await reconcileLayers(layers, signal, { mayDelete: true }), { changed: 4, failures: [] });
  t.same(done, ['create link new', 'create route new', 'delete route old', 'delete link old']);
});

t.test('nothing is unmade as long as nothing may be', async (t) => {
  const { done, layerOf } = world({ link: ['old'] });
  await reconcileLayers([layerOf('link', [])], signal, { mayDelete: false });
  t.same(done, []);
});

t.test('a kind that cannot be read and a change that fails stop nothing else', async (t) => {
  const { done, layerOf } = world({});
  const layers = [layerOf('link', ['a'], true), layerOf('route', ['bad', 'b'])];
  t.same(await reconcileLayers(layers, signal, { mayDelete: false }), {
    changed: 1,
    failures: ['link cannot be read', 'create route bad: no'],
  });
  t.same(done, ['create route bad', 'create route b']);
});
