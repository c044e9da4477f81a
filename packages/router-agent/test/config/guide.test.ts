import { readFileSync } from 'node:fs';
import t from 'tap';
import { parseConfig } from '../../src/config/parse-config.js';

const pages = ['deploy.md', 'deploy.zh.md'].map((name) => ({
  name,
  text: readFileSync(new URL(`../../../../docs/guide/${name}`, import.meta.url), 'utf8'),
}));

/** The options of the page's environment file, as systemd splits them. */
function optionsOf(text: string): readonly string[] {
  const block = /KUBE_ROUTER_OPTS="([^"]*)"/.exec(text)?.[1] ?? '';
  return block.replaceAll('\\\n', ' ').trim().split(/\s+/);
}

for (const { name, text } of pages) {
  t.test(`the option block in ${name} is taken as it stands`, async (t) => {
    const options = optionsOf(text);
    t.ok(options.length > 20);
    const machine = { hostName: 'n1', readTextFile: () => '', checkFile: () => [] };
    const parsed = parseConfig(options, {}, machine);
    if (!parsed.ok) throw new Error(parsed.errors.join('; '));
    t.match(parsed.config, { nodeName: 'k8s-node01', nodesFullMesh: true, metricsPort: 20241 });
    const doubled = options.map((option) => option.replace('full-mesh=', 'full-mesh=='));
    const refused = parseConfig(doubled, {}, machine);
    t.match(refused.ok ? [] : refused.errors, [/--nodes-full-mesh=true/]);
  });
}

t.test('both languages show the same blocks', async (t) => {
  const blocks = ({ text }: (typeof pages)[number]) => [...text.matchAll(/^ExecStart=.*$/gm)].map(String);
  const [english, chinese] = pages;
  if (english === undefined || chinese === undefined) throw new Error('a page is missing');
  t.same(optionsOf(english.text), optionsOf(chinese.text));
  t.same(blocks(english), blocks(chinese));
});
