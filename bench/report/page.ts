import { pointsTable, slopesOf, slopesTable } from '../growth/slopes.js';
import { benchTable } from '../micro/compare.js';
import { daemons } from '../peers/daemons.js';
import { hitsOf, nodesTable, policyTable } from '../peers/ratios.js';
import { labelOf } from '../peers/scenario.js';
import type { Medians } from '../peers/table.js';
import { smoothTable } from '../smooth/table.js';
import { textTable } from '../text-table.js';
import type { Measurements } from './measurements.js';
import { SLOW } from './plan.js';
import { secondsText, titleOf } from './plot.js';

/** Draws `docs/performance.md` from measurements. */
export function pageOf(measured: Measurements): string {
  const { machine, peers, functions, date, isQuick, busyBefore } = measured;
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const plain = peers.filter(({ scenario }) => !scenario.isFiltered);
  const pinned = plain.filter((one) => one.pinned);
  const free = plain.filter((one) => !one.pinned);
  const versions = daemons.flatMap(({ name, title }) => {
    const version = peers.find(({ daemon }) => daemon === name)?.version;
    return version === undefined || name === 'reflector' ? [] : [`${title} ${version}`];
  });
  const wrong = peers.filter(({ ok, runs }) => ok < runs);
  const smallSet = isQuick
    ? '\n**These figures are of the small set (`--quick`): a twentieth of the sizes, of which the\nwarming up of compiled code is a large part. They show what the page looks like; do not compare by them.**\n'
    : '';
  const busy = `Before runs, ${percent(busyBefore.median)} of the machine was in use in the median, ${percent(busyBefore.most)} at most.${busyBefore.median > 0.2 ? '\n**That is too much to compare by.**' : ''}`;
  return `# How fast Peerage is

<!-- Drawn from docs/performance.json by: npm run bench:report. Do not edit by hand. -->

Whole daemons side by side, in one run on one machine, each checked to the last attribute. \`npm run bench:report\` measures
again and draws this page (as root; hours; \`-- --quick\`: minutes, small sizes); \`npm run bench:peers\` measures one thing
([how](../CONTRIBUTING.md#benchmarks)).
${smallSet}
![Time of each scenario, one core for the daemon](performance.svg)

## Machine

${machine.processor}, ${machine.cores} cores, ${machine.memoryGibibytes} GiB; ${machine.system}, Linux ${machine.kernel}; ${date.slice(0, 10)}.
${versions.join('; ')}. ${busy}

## One core for the daemon

The daemon, with all its threads and children, runs on the first core; the tester on the second. Seconds, the median of ${runsOf(pinned)};
beside them Peerage as a share of BIRD and of GoBGP, less than 1 is faster.

${timesTable(pinned)}

Peak resident memory in MiB, of the daemon and its children:

${memoryTable(pinned)}

${stepsSection(pinned)}## All cores

${free.length === 0 ? 'Not measured in this run.' : `The same without pinning, of ${runsOf(free)}; tester and daemon share the cores.\n\n${timesTable(free)}`}

${policySection(measured)}${smoothSection(measured)}${growthSection(measured)}${nodesSection(measured)}## Function by function

What the parts cost on warm data (\`npm run bench\`): CPU time for a unit, and octets that it leaves for the collector.

${benchTable(functions)}

## What is measured

${method}
${wrong.length === 0 ? 'Every run of this page was right.' : wrongSection(wrong)}

## What the design does about it

${design}`;
}

const method = `A tester plays all peers, each with an address of its own, in a network namespace beside that of the daemon. Feeders announce
prefixes, monitors only receive. Sessions are external, with IPv4 unicast and four-octet ASes; no daemon filters anything or
touches the kernel's table.

| Scenario | What happens | Time |
|---|---|---|
| a table | one feeder sends a table, one monitor receives it | first octet sent → monitor is right |
| b peers | feeders send tables that are distinct, or the same; each receives what the others sent | → monitor is right; second figure: → all feeders too |
| c fanout | one feeder, many monitors | → last monitor is right |
| d churn | flaps (withdraw, announce, change) are sent back to back, then some one by one | → monitor holds the last version |
| e loss | after the load, the feeder's connection closes | → monitor has seen every withdrawal |

Right means: every prefix that is announced, with its attributes unchanged but for our AS in front and our next hop, the best
route where there are several, and nothing else. A run that does not come to that fails and has no time.

The data come from a seed: 60 % of the prefixes are /24, half of the attribute sets have one prefix and the mean is near 8,
paths have 2 to 8 ASes, most sets have communities, and some have attributes that nobody knows. UPDATEs are made before the
clock starts. While it runs the tester only keeps what it receives, with the time of each read, and takes it apart afterwards;
that is how the moment is found at which a peer became right and stayed so. The row "${titleOf('reflector')}" is a program that passes every UPDATE on
without a table: what it needs is what sockets, the kernel and the tester cost.

CPU time and memory are read from \`/proc\`, children and threads included. Runs go round by round over all daemons, so that
what else happens on the machine meets all of them.
`;

const design = `- **Nothing is allocated for a route.** UPDATEs are read by cursors over the octets that came, tables are columns of numbers,
  and what is passed on is an id. What is left for the collector stands above, as octets for each route.
- **Attributes are looked at once.** Octets are brought into a canonical form and interned; a set that is known costs a hash and a
  comparison. What the decision reads lies in columns beside it, and an UPDATE with the attributes of the one before skips even the vetting.
- **A change is compared with the best path only.** The chain of a prefix is walked when a path ties with the best, or the best
  itself changes, once a turn.
- **Export happens once for all peers that are sent the same.** Policy, the adj-RIB-out and packing are of the update group; its
  members share the octets. A hundred peers cost a hundred writes, not a hundred encodings. What goes out of a set is made while it
  is packed, and kept nowhere: octets are compared only where something that was advertised changes.
- **What is behind is a set of prefixes, not a queue of messages.** Flaps that nobody saw cost no message, and memory is bounded by
  the table.
- **Work is cut into turns.** Keepalives go first, then input or decisions and export, each bounded by time, so that sessions stay
  up under load. The two alternate, some turns of each: what changes again while input comes is decided and sent once.

The [architecture](../ARCHITECTURE.md) says where each of these lives; the [decisions](decisions) what was tried instead.
`;

function policySection({ peers, hits = {} }: Measurements): string {
  const table = policyTable(peers);
  if (table === '') return '';
  const told = Object.entries(hits).map(([label, one]) => `${label}: ${hitsOf(one)}.`);
  return `## With policies that bite

A policy on import and one on export, the same in all of these daemons, for every peer (\`bench:peers -- --policy\`): a list of 1,000
prefixes, a community, and a local preference, by which export sets the MED that receivers have to find. Times are medians, the last
column is with as a share of without.

${table}

${told.join('\n')}

`;
}

function smoothSection({ smooth }: Measurements): string {
  if (smooth === undefined) return '';
  return `## While a table is loaded

How long others wait meanwhile (\`npm run bench:smooth\`). In the daemon's process: how late the event loop was (\`monitorEventLoopDelay\` at 1 ms,
less that one), and pauses of the collector. Outside of it: ten other sessions with a hold time of 3 s, the longest time that one of
them heard nothing; a page of 100 routes from the control socket, from the request to the last octet, the median and the longest of a
run; and the whole command \`peerage show rib --limit 100\`. What others took is in "steal", by the host, and "waited", by other
processes while the daemon was ready to run.

${smoothTable(smooth)}

`;
}

function growthSection({ growth }: Measurements): string {
  if (growth === undefined) return '';
  return `## As tables grow

Slopes between medians (\`npm run bench:growth\`): each point is a process of its own, measured when it has come to rest. Resident memory
has noise of some megabytes, the columns' own octets have none.

${slopesTable(slopesOf(growth))}

${pointsTable(growth)}

`;
}

function nodesSection({ peers, nodes = [] }: Measurements): string {
  const table = nodesTable([...peers, ...nodes]);
  return table === ''
    ? ''
    : `## On another Node\n\nThe same Peerage, times and peaks of memory as shares (\`--node PATH\`).\n\n${table}\n\n`;
}

function daemonsIn(medians: readonly Medians[]): string[] {
  return daemons.map(({ name }) => name).filter((name) => medians.some(({ daemon }) => daemon === name));
}

/** One row a scenario, with a cell for each daemon. */
function byScenario(
  medians: readonly Medians[],
  cell: (one: Medians) => string,
  more: readonly string[] = [],
  moreCells: (of: (daemon: string) => Medians | undefined) => readonly string[] = () => [],
): string {
  const names = daemonsIn(medians);
  const labels = [...new Set(medians.map(({ label }) => label))];
  const rows = labels.map((label) => {
    const of = (name: string) =>
      medians.find(({ daemon, label: other }) => daemon === name && other === label);
    const cells = names.map((name) => {
      const one = of(name);
      return one === undefined ? '–' : one.figures === null ? 'failed' : cell(one);
    });
    return [label, ...cells, ...moreCells(of)];
  });
  return textTable(['Scenario', ...names.map(titleOf), ...more], rows);
}

/** How many runs medians are of. */
function runsOf(medians: readonly Medians[]): string {
  const counts = medians.map(({ runs }) => runs);
  if (counts.length === 0) return 'no run';
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (least < most) return `${most} runs, of ${least} where one takes more than ${SLOW.seconds} seconds`;
  return most === 1 ? 'one run' : `${most} runs`;
}

function timesTable(medians: readonly Medians[]): string {
  const time = ({ scenario, figures }: Medians): string => {
    const { seconds, feedersSeconds } = figures!;
    return scenario.letter === 'b'
      ? `${secondsText(seconds)} / ${secondsText(feedersSeconds)}`
      : secondsText(seconds);
  };
  return byScenario(medians, time, ['of BIRD', 'of GoBGP'], (of) => {
    const own = of('peerage')?.figures;
    return ['bird2', 'gobgp'].map((name) => {
      const other = of(name)?.figures;
      return own == null || other == null ? '–' : (own.seconds / other.seconds).toFixed(2);
    });
  });
}

function memoryTable(medians: readonly Medians[]): string {
  return byScenario(medians, ({ figures }) => figures!.peakMebibytes.toFixed(0));
}

function stepsSection(medians: readonly Medians[]): string {
  const churn = medians.filter(({ figures }) => figures?.steps != null);
  const [first] = churn;
  if (first === undefined) return '';
  const rows = churn.map(({ daemon, figures }) => {
    const { withdraw, announce, change } = figures!.steps!;
    return [titleOf(daemon), ...[withdraw, announce, change].map((seconds) => seconds.toFixed(3))];
  });
  const table = textTable(['Daemon', 'withdraw', 'announce', 'change'], rows);
  return `Parts of a flap of ${first.scenario.flap} prefixes that wait for each other (${labelOf(first.scenario)}), seconds:\n\n${table}\n\n`;
}

function wrongSection(wrong: readonly Medians[]): string {
  const lines = wrong.map(
    ({ daemon, label, pinned, ok, runs, reason }) =>
      `- ${titleOf(daemon)}, ${label}, ${pinned ? 'one core' : 'all cores'}: ${ok} of ${runs} runs were right (${reason ?? ''})`,
  );
  return `Runs that were not right, and do not count:\n\n${lines.join('\n')}`;
}
