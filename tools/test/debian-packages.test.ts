import t from 'tap';
import { debianPackages, missingPackages } from '../setup/debian-packages.mjs';

const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name);

t.test('on a machine with nothing, all packages of the purpose are missing', async (t) => {
  const lab = names(missingPackages('lab', () => false));
  t.same(lab, names(debianPackages.filter((row) => row.for.includes('lab'))));
  t.ok(lab.includes('frr') && !lab.includes('bird2'));
  t.ok(names(missingPackages('test', () => false)).includes('bird2'));
  t.same(
    missingPackages('check', () => false),
    [],
  );
});

t.test('a package is there when all its files are, wherever programs stand', async (t) => {
  const all = debianPackages.flatMap((row) =>
    row.files.map((file) => (file.startsWith('/') ? file : `/usr/local/bin/${file}`)),
  );
  t.same(
    missingPackages('test', (path) => all.includes(path)),
    [],
  );
  t.same(names(missingPackages('test', (path) => all.includes(path) && path !== '/usr/lib/frr/zebra')), [
    'frr',
  ]);
});

t.test('each package says why it is needed, and by which command', async (t) => {
  for (const row of debianPackages)
    t.ok(row.why !== '' && row.files.length > 0 && row.for.length > 0, row.name);
});
