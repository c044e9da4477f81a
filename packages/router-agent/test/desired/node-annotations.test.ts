import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { ignoredAnnotations, nodeAnnotations } from '../../src/desired/node-annotations.js';
import { ownNode } from '../../src/desired/own-node.js';
import { configOf } from '../config-of.js';
import { node, snapshot } from './samples.js';

const page = new URL('../../../../docs/reference/annotations.md', import.meta.url);

function told(
  annotations: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): readonly string[] {
  const config = configOf('n1', flags);
  const state = snapshot({ nodes: [node('n1', ['192.0.2.1'], { annotations })] });
  const { own } = ownNode(state, config);
  if (own === null) throw new Error('there is no own node');
  return ignoredAnnotations(own, config).map(({ place, message }) => `${place} ${message}`);
}

t.test('every annotation that has no effect is told, and only those', async (t) => {
  for (const { name, works } of nodeAnnotations) {
    const lines = told({ [`kube-router.io/${name}`]: 'a secret' });
    t.equal(lines.length, works === 'no' ? 1 : 0, name);
    t.notMatch(lines.join(), /a secret/, 'values stay out of the log');
    if (works === 'no') t.match(lines[0], `nodes/n1 annotation kube-router.io/${name} (`);
  }
  t.same(told({ 'kube-router.io/peer.asns': '64513' }), [
    'nodes/n1 annotation kube-router.io/peer.asns (their AS numbers (deprecated)) has no effect yet; give --peer-router-ips and --peer-router-asns',
  ]);
});

t.test('an AS number by node counts without the full mesh only, as in kube-router', async (t) => {
  t.same(told({ 'kube-router.io/node.asn': '64513' }), []);
  t.match(told({ 'kube-router.io/node.asn': '64513' }, ['--nodes-full-mesh=false']), [/no effect yet/]);
});

t.test('an annotation that nobody knows is told, others of the node are not our business', async (t) => {
  t.match(told({ 'kube-router.io/peer.ip': '192.0.2.9', 'flannel.io/x': 'y' }), [/peer.ip is not known/]);
});

t.test('the page of annotations says what the agent does', async (t) => {
  const rows = nodeAnnotations.map(({ name, meaning, works, instead = '' }) => {
    const state = { yes: 'yes', no: 'not yet', mesh: 'not yet (without the full mesh)' }[works];
    return `| \`kube-router.io/${name}\` | ${meaning} | ${state} | ${instead} |`;
  });
  const text = [
    '# Annotations of nodes',
    '',
    '<!-- Drawn from packages/router-agent/src/desired by: PEERAGE_WRITE_PAGES=1 npx tap packages/router-agent/test/desired/node-annotations.test.ts -->',
    '',
    'One that has no effect on the own node is a problem in `peerage show problems` and a line in the log.',
    '',
    '| Annotation | Meaning | Works | Meanwhile |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  if (process.env.PEERAGE_WRITE_PAGES === '1') writeFileSync(page, text);
  t.equal(readFileSync(page, 'utf8'), text);
});
