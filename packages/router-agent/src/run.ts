import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { nodePorts, tcpSocketFactory } from '@peerage/bgp/node';
import { type ControlServer, createControlServer } from '@peerage/control';
import { type GenericNetlink, type Netlink, openGenericNetlink, openNetlink } from '@peerage/linux';
import { linuxTcpSockets } from '@peerage/linux/tcp';
import { Agent } from './agent.js';
import { announceGaps } from './announce-gaps.js';
import type { SourceDestCheck } from './cloud/source-dest-check.js';
import type { Config } from './config/config.js';
import { helpText } from './config/flag-help.js';
import { flags } from './config/flags.js';
import { parseConfig, requestedText } from './config/parse-config.js';
import { ConfigWatch, type ConfigWatchPorts } from './config-watch.js';
import { agentViews, speakerActions, speakerViews } from './control-views.js';
import { CniFileDriver } from './drivers/cni-file/cni-file-driver.js';
import { SysctlRestoreDriver } from './drivers/sysctl-restore-driver.js';
import { checkFile } from './file-check.js';
import { FollowingServers } from './following-servers.js';
import { linuxKernel } from './linux-kernel.js';
import { takeLock } from './lock.js';
import { type AdjustableLog, createLog, type Log } from './observe/log.js';
import { logDestination } from './observe/log-destination.js';
import { openSinks } from './open-sinks.js';
import { openRememberedSource, openSource } from './open-source.js';
import { processFigures } from './process-figures.js';
import { Reconfiguration } from './reconfiguration.js';
import { FoundSettings } from './state/found-settings.js';
import { machineTime } from './state/machine-time.js';
import { WireguardKeys } from './state/wireguard-keys.js';
import { cleanUpHost, planHost, reportText, type TaskReport } from './tasks.js';
import { version } from './version.js';

/** Where the agent writes; `process` has these. */
export interface AgentIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly fd?: number };
}

const exitCodes = { done: 0, failed: 1, usage: 2 } as const;
const stopGrace = 3_000;
const stopDeadline = 10_000;

/**
 * Runs the node agent until SIGTERM or SIGINT, and gives its exit code. Options are those of kube-router. The first
 * signal ends the sessions in order and leaves the kernel's routes in place; a second one ends the process at once.
 */
export async function runAgent(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  io: AgentIo,
): Promise<number> {
  const asked = requestedText(argv);
  if (asked !== null) {
    io.stdout.write(asked === 'help' ? helpText() : `peerage agent ${version}\n`);
    return exitCodes.done;
  }
  const parse = (readTextFile: (path: string) => string) =>
    parseConfig(argv, env, { hostName: hostname(), readTextFile, checkFile });
  const parsed = parse((path) => readFileSync(path, 'utf8'));
  if (!parsed.ok) {
    for (const error of parsed.errors) io.stderr.write(`error: ${error}\n`);
    return exitCodes.usage;
  }
  if (process.geteuid?.() !== 0) {
    io.stderr.write('error: the agent must run as root: it changes routes, links and kernel settings\n');
    return exitCodes.failed;
  }
  const { config, warnings } = parsed;
  const log = createLog({
    human: io.stderr.isTTY === true,
    verbosity: config.verbosity,
    destination: io.stderr.isTTY === true ? io.stderr : logDestination(io.stderr),
  });
  if (config.task === 'plan' || config.task === 'cleanup-dry-run') return runTask(config, log, io);
  const taken = await takeLock(`pid ${process.pid}, node ${config.nodeName}`);
  if (taken.lock === null) {
    const message = `another agent runs in this network namespace (${taken.holder}): only one can keep its routes`;
    log.log('error', 'agent.refused', { message });
    return exitCodes.failed;
  }
  try {
    if (config.task === 'cleanup') return await runTask(config, log, io);
    announceGaps(config, warnings, log);
    if (!config.runRouter && !config.runFirewall && !config.runServiceProxy) {
      log.log('info', 'agent.nothing-to-do', {
        message: '--run-router, --run-firewall and --run-service-proxy are all false: nothing to do',
      });
      return exitCodes.done;
    }
    return await runUntilSignal(new Reconfiguration(config, warnings, log), parse, log);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.log('error', 'agent.failed', { message });
    return exitCodes.failed;
  } finally {
    taken.lock.release();
  }
}

/** Says how this host differs, or removes what is ours, and ends. */
async function runTask(config: Config, log: Log, io: AgentIo): Promise<number> {
  const netlink = await openNetlink();
  const generic = genericAtNeed();
  const kernel = linuxKernel(netlink, { generic: generic.open, fouPorts: fouPorts(config) });
  const cniFile = new CniFileDriver(config.cniConfFile, { create: config.createCniFile });
  try {
    let report: TaskReport;
    if (config.task === 'plan') {
      const { clock, random } = nodePorts({ log });
      const source = await openSource(config.source, { clock, random, log });
      try {
        report = await planHost(config, source, kernel, {
          cniFile,
          keys: new WireguardKeys(config.dataDirectory),
        });
      } finally {
        await source.close();
      }
      io.stdout.write(reportText(report, config.json, 'nothing was changed'));
    } else {
      const dryRun = config.task === 'cleanup-dry-run';
      const changedSettings = new SysctlRestoreDriver(foundSettings(config));
      report = await cleanUpHost(netlink, kernel, { cniFile, changedSettings }, dryRun);
      io.stdout.write(
        reportText(report, config.json, dryRun ? 'nothing was removed' : 'all of this was removed'),
      );
    }
    return report.problems.length === 0 || config.task === 'plan' ? exitCodes.done : exitCodes.failed;
  } finally {
    await closeNetlink(netlink);
    await generic.close();
  }
}

async function runUntilSignal(
  news: Reconfiguration,
  parse: ConfigWatchPorts['parse'],
  log: AdjustableLog,
): Promise<number> {
  const { config } = news;
  const signal = nextSignal();
  const speaker = nodePorts({ sockets: tcpSocketFactory(linuxTcpSockets()), log });
  const netlink = await openNetlink();
  const generic = genericAtNeed();
  const keys = new WireguardKeys(config.dataDirectory);
  try {
    const source = await openRememberedSource(config, { clock: speaker.clock, random: speaker.random, log });
    const agent = new Agent(
      config,
      {
        source,
        kernel: linuxKernel(netlink, {
          generic: generic.open,
          fouPorts: fouPorts(config),
          foundSettings: foundSettings(config),
          privateKeyOf: (publicKey) => keys.privateKeyOf(publicKey),
        }),
        ...(await openSinks(config.source, () => speaker.clock.wallTime())),
        wireguardKeys: keys,
        sourceDestCheck: openSourceDestCheck,
        cniFile: new CniFileDriver(config.cniConfFile, { create: config.createCniFile }),
        speaker,
        machineTime,
        log,
        process: processFigures,
      },
      { version },
    );
    const servers = new FollowingServers(agent, log);
    const control = await openControl(agent, config, log);
    const watching = watchConfig(news, parse, log);
    try {
      await servers.serve(config);
      await agent.start();
      news.attach(agent, servers);
      watching.follow();
      log.log('info', 'agent.started', {
        version,
        node: config.nodeName,
        source: config.source.kind,
        message: `the agent ${version} runs for node ${config.nodeName}; it reads the cluster from ${config.source.kind}`,
      });
      const name = await signal;
      endLate(log, news.config.drainOnStop ? news.config.drainDelay * 1000 : 0);
      log.log('info', 'agent.stopping', {
        signal: name,
        message: `${name}: ending the sessions; routes stay`,
      });
    } finally {
      watching.close();
      await agent.stop('the node agent is being stopped', stopGrace);
      await Promise.all([servers.close(), control?.close()]);
    }
    log.log('info', 'agent.stopped', { message: 'the agent has ended; its routes stay in the kernel' });
    return exitCodes.done;
  } finally {
    await closeNetlink(netlink);
    await generic.close();
  }
}

/** Follows the files of the configuration; SIGHUP has them read at once. */
function watchConfig(news: Reconfiguration, parse: ConfigWatchPorts['parse'], log: Log): ConfigWatch {
  const { clock } = nodePorts({ log });
  const watch = new ConfigWatch(
    {
      parse,
      readTextFile: (path) => readFileSync(path, 'utf8'),
      setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
      log,
    },
    news,
  );
  process.on('SIGHUP', () => {
    const message = watch.hasFiles
      ? 'SIGHUP: reading the configuration anew'
      : 'SIGHUP: the command line is the whole configuration, there is no file to read anew (--config, --flags-file)';
    log.log('info', 'config.asked', { message });
    watch.now();
  });
  return watch;
}

/** A handle on generic netlink, opened when something needs it: most nodes never do. */
function genericAtNeed(): { open(): Promise<GenericNetlink>; close(): Promise<void> } {
  let handle: Promise<GenericNetlink> | null = null;
  return {
    open: () => {
      handle ??= openGenericNetlink();
      return handle;
    },
    close: async () => {
      const opened = await handle?.catch(() => null);
      await opened?.close();
    },
  };
}

function foundSettings(config: Config): FoundSettings {
  return new FoundSettings(join(config.dataDirectory, 'sysctls.json'));
}

/** Only its own code is loaded: most nodes are in no such cloud. */
async function openSourceDestCheck(): Promise<SourceDestCheck> {
  const { Ec2SourceDestCheck } = await import('./cloud/ec2-source-dest-check.js');
  return new Ec2SourceDestCheck(process.env);
}

/** That of the flag, and the default, which the flag may have been before. */
function fouPorts(config: Config): readonly number[] {
  return [...new Set([config.overlayEncapPort, flags['overlay-encap-port'].default])];
}

/** The control socket; without it the agent runs all the same. */
async function openControl(agent: Agent, config: Config, log: Log): Promise<ControlServer | null> {
  try {
    return await createControlServer({
      path: config.socket,
      about: { program: 'agent', version, pid: process.pid, node: config.nodeName },
      speaker: speakerViews(agent, config),
      actions: speakerActions(agent),
      agent: agentViews(agent),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.log('error', 'control.unavailable', { message });
    return null;
  }
}

async function closeNetlink(netlink: Netlink): Promise<void> {
  netlink.unref();
  await netlink.close();
}

/** The first signal that asks to stop. The second one ends the process at once. */
function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (name: NodeJS.Signals): void => {
      if (asked) process.exit(exitCodes.failed);
      asked = true;
      resolve(name);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

/** Nothing that hangs may keep the program from ending. */
function endLate(log: Log, drainMilliseconds: number): void {
  const milliseconds = stopDeadline + drainMilliseconds;
  setTimeout(() => {
    log.log('error', 'agent.stop-late', {
      message: `no end after ${milliseconds / 1000} s: leaving as it is`,
    });
    process.exit(exitCodes.failed);
  }, milliseconds).unref();
}
