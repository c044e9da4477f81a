import { readFileSync } from 'node:fs';
import t from 'tap';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

t.test("the README's program is the example that is run against a daemon, in 25 lines at most", (t) => {
  const example = read('docs/examples/embed.ts');
  t.ok(read('README.md').includes(`\`\`\`ts\n${example}\`\`\``));
  t.ok(example.trimEnd().split('\n').length <= 25);
  t.end();
});

t.test("the README's two commands are there", (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const name of ['lab', 'test']) {
    t.match(read('README.md'), `npm ${name === 'test' ? 'test' : `run ${name}`}`);
    t.ok(scripts[name]);
  }
  t.end();
});
