import {
  type AnnotationEffect,
  type AnnotationRow,
  annotationNames,
  annotations,
} from '../../../src/desired/annotations/annotation-table.js';

const sessions: Readonly<Record<AnnotationEffect, string>> = {
  none: 'stay',
  peer: 'of that peer, where it agreed on what changed',
  'own-peers': 'of the nodes that come and go as peers',
  all: 'all begin anew',
};

function rows(on: AnnotationRow['on'], part: AnnotationRow['part']): readonly string[] {
  return annotationNames
    .filter((name) => annotations[name].on === on && annotations[name].part === part)
    .map((name) => {
      const row: AnnotationRow = annotations[name];
      const cells = [`\`${name}\``, row.values, row.meaning];
      return `| ${[...cells, ...(on === 'node' ? [sessions[row.sessions]] : [])].join(' | ')} |`;
    });
}

/** `docs/reference/annotations.md`, drawn from the table that the agent reads by. */
export function annotationsPage(): string {
  return `# Annotations

<!-- Drawn from packages/router-agent/src/desired/annotations by: PEERAGE_WRITE_PAGES=1 npm test -- packages/router-agent/test/desired/annotations -->

Annotations are watched: a change counts within a second, and nothing needs a restart. One that is wrong counts as not given, or, in
a list, loses the item that is wrong; it stops nothing but itself. What is wrong, and every annotation of \`kube-router.io/\` or
\`peerage.io/\` that is not in here, is a line in the log, in \`peerage show problems\` and in the metric \`peerage_problems\`.
Passwords are shown nowhere. [Announcing services](../guide/announcing.md) says how they work together.

## Of nodes

The last column says what a change does to BGP sessions of the node.

| Annotation | Values | Meaning | Sessions |
|---|---|---|---|
${rows('node', 'routes').join('\n')}

The log says which peer changed in what, and whether its session stays (\`peer.changed\`), and why all begin anew (\`speaker.restarts\`).

## Of services

| Annotation | Values | Meaning |
|---|---|---|
${rows('service', 'routes').join('\n')}

A change of these is an UPDATE in sessions that stay. Of several services with one address the first by namespace and name says how it
is announced; where they differ, that is told.

## For the service proxy

This agent has none, and reads none of these.

| Annotation | Values | Meaning |
|---|---|---|
${rows('service', 'proxy').join('\n')}

## Labels

| Label | Of | Meaning |
|---|---|---|
| \`node.kubernetes.io/exclude-from-external-load-balancers\` | nodes | whatever its value: external and load-balancer IPs are not announced by this node, unless \`--ignore-exclude-label\` is given |
`;
}
