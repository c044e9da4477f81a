import { changeOf } from './fixed-settings.js';
import type { AnyFlagRow } from './flag-row.js';
import type { FlagType } from './flag-type.js';
import { type FlagName, flagNames, flagRow } from './flags.js';

/** The text of `--help`, drawn from the table of flags. */
export function helpText(): string {
  const lines = eachRow(({ name, row }) => {
    const short = row.short === null ? '    ' : `-${row.short}, `;
    const later = row.implemented ? '' : ' (no effect yet)';
    const fallback = shownDefault(row);
    const defaultText = fallback === '' ? '' : ` (default ${fallback})`;
    return `  ${short}--${name} ${row.type.goName}\n          ${row.meaning}${defaultText}${later}`;
  });
  return `Usage: kube-router [flags]\n\nThe node agent: announces pods and services over BGP, and installs what it learns.\n\n${lines.join('\n')}\n`;
}

/** `docs/reference/flags.md`, drawn from the table of flags. */
export function flagsPage(): string {
  const rows = eachRow(({ name, row }) => {
    const spellings = row.short === null ? `\`--${name}\`` : `\`-${row.short}\`, \`--${name}\``;
    const fallback = shownDefault(row);
    const cells = [
      spellings,
      row.type.goName,
      fallback === '' ? '' : `\`${fallback}\``,
      row.meaning,
      row.type.allowed,
      row.usedBy,
      ORIGINS[row.origin],
      row.implemented ? 'yes' : 'not yet',
      changes[changeOf(name)],
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `${PAGE_HEAD}${rows.join('\n')}\n${PAGE_FOOT}`;
}

/** What the agent does with a changed value while it runs. */
const changes = { live: 'at once', restart: 'at the next start', none: '' } as const;

const ORIGINS = { both: 'both', 'v0.3.1': 'v0.3.1', 'v2.11': 'v2.11', peerage: 'Peerage' } as const;

const PAGE_HEAD = `# Flags of the agent

<!-- Drawn from packages/router-agent/src/config by: PEERAGE_WRITE_PAGES=1 npx tap packages/router-agent/test/config/flag-help.test.ts -->

Flags are written \`--flag=value\`; a flag that is not a switch also as \`--flag value\`. A switch alone means \`true\`; switching off is
\`--flag=false\`. Durations have units (\`300ms\`, \`1m30s\`, \`5m\`). Lists have commas, or the flag is repeated. "Known to" says which
versions of kube-router have the flag. A flag without effect yet is accepted and checked, and named in one line at start. "A change" says what
becomes of another value in a file while the agent runs; what has to wait is told in the log and by \`peerage show problems\`.

Flags may also stand in two files, which are followed while the agent runs: \`--config\` names one of peers, policies and prefixes with
flags under \`flags:\` ([its page](../guide/config.md)), \`--flags-file\` the environment file of a unit. Of what is given twice the
stronger place holds; values of lists are not put together:

1. the command line
2. \`KUBE_ROUTER_OPTS\` in the file of \`--flags-file\`
3. variables of the environment, below
4. annotations of the node, where one has the meaning of a flag ([annotations](annotations.md))
5. \`flags:\` in the file of \`--config\`
6. the default

| Flag | Type | Default | Meaning | Allowed | Used by | Known to | Works | A change |
|---|---|---|---|---|---|---|---|---|
`;

const PAGE_FOOT = `
## Environment

| Variable | Meaning |
|---|---|
| \`NODE_NAME\` | Name of this node's object, when \`--hostname-override\` is not given. |
| \`KUBE_ROUTER_CNI_CONF_FILE\` | Path of the CNI configuration file; default \`/etc/cni/net.d/10-kuberouter.conf\`. A name that ends in \`.conflist\` is a list of plugins. |
| \`KUBERNETES_SERVICE_HOST\`, \`KUBERNETES_SERVICE_PORT\` | The API server as a pod sees it; set by Kubernetes. |
| \`KUBE_ROUTER_OPTS\` | Flags; systemd puts it on the command line from an \`EnvironmentFile\`. With \`--flags-file\` of that file these flags are read from there, and follow it. |

\`NODE_NAME\` and \`KUBE_ROUTER_CNI_CONF_FILE\` in the file of \`--flags-file\` count before those of the process, which are of its start.
`;

function eachRow(draw: (entry: { name: FlagName; row: AnyFlagRow }) => string): string[] {
  return flagNames.flatMap((name) => {
    const row = flagRow(name);
    return row === undefined ? [] : [draw({ name, row })];
  });
}

function shownDefault(row: AnyFlagRow): string {
  return (row.type as FlagType<unknown>).format(row.default);
}
