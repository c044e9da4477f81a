import { metricRows } from '../../src/observe/metrics.js';

/** `docs/reference/metrics.md`. */
export function metricsPage(): string {
  const names = Object.keys(metricRows).sort();
  const rowsOf = (prefix: string): string =>
    names
      .filter((name) => name.startsWith(prefix))
      .map((name) => {
        const { type, labels, help } = metricRows[name] as (typeof metricRows)[string];
        return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
      })
      .join('\n');
  const table = (prefix: string): string =>
    `| Metric | Type | Labels | What it shows |\n| --- | --- | --- | --- |\n${rowsOf(prefix)}\n`;
  return `# Metrics of the agent

<!-- Drawn from packages/router-agent/src/observe by: PEERAGE_WRITE_PAGES=1 npx tap packages/router-agent/test/observe/metrics.test.ts -->

Served in the text format of Prometheus at \`--metrics-path\` (\`/metrics\`) on \`--metrics-port\`. Values are read when somebody asks, so they are
never older than the scrape.

## Under kube-router's names

Dashboards made for kube-router go on working. They mean what they say: \`asn\` is the AS of every peer, also of other nodes.

${table('kube_router_')}
## Peerage's own

${table('peerage_')}
## The process

${table('process_')}`;
}
