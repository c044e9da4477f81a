import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { acceptAll, BgpError, BgpSpeaker, type PeerConfig, rehearse, type SpeakerPorts } from '@peerage/bgp';
import { nodePorts, tcpSocketFactory } from '@peerage/bgp/node';
import { createControlServer } from '@peerage/control';
import type { Command } from 'commander';
import { print } from '../render/print.js';
import { type Io, UsageError } from '../result.js';
import { version } from '../version.js';
import { runFolder } from './socket-path.js';
import { readSpeakerFile, type SpeakerSetup, speakerSetup } from './speaker-config.js';
import { untilStopped } from './until-stopped.js';

interface Options {
  readonly config: string;
  readonly ebgpRequiresPolicy: boolean;
  readonly trackNextHops?: boolean;
  readonly socket?: string;
}

/** `peerage speaker`: a BGP daemon without a kernel part. */
export function defineSpeaker(command: Command, io: Io): void {
  command
    .requiredOption('--config <file>', 'YAML or JSON')
    .option(
      '--no-ebgp-requires-policy',
      'import and export everything with external neighbors (RFC 8212 off)',
    )
    .option(
      '--track-next-hops',
      'ask the kernel for the ways to next hops: routes over one that is not reachable are not used',
    )
    .option('--socket <path>', 'control socket (default: speaker.sock in the run folder)')
    .action(async (options: Options) => {
      // A table makes hardly any garbage: a nursery that does not grow saves some 9 MB beside a million routes.
      setFlagsFromString('--semi-space-growth-factor=1');
      // What reads a cell of a column is inlined everywhere, and beyond that less than by default: compiling takes as long as the first table.
      setFlagsFromString('--max-inlined-bytecode-size-small=60');
      setFlagsFromString('--max-inlined-bytecode-size-cumulative=500');
      // Newer engines have a compiler between the first and the last one: on one core, its turn makes all wait that is hot enough for the last.
      // This says which functions it may have, namely none; with the flag to be without it, what would then be its share is left to nobody.
      setFlagsFromString('--maglev-filter=~');
      // There is little to mark, and threads that do it in the background make the speaker wait for them where they share its core. This is
      // set before the engine begins to mark: it must not change while that goes on.
      setFlagsFromString('--no-concurrent-marking');
      const setup = speakerSetup(readSpeakerFile(options.config), !options.ebgpRequiresPolicy);
      const tracking = options.trackNextHops === true || setup.trackNextHops ? await kernelNextHops() : null;
      const effects = { ...(await ports(io)), ...tracking?.ports };
      const speaker = configured(options.config, setup, effects);
      const control = await createControlServer({
        path: options.socket ?? setup.socket ?? join(runFolder(io.env), 'speaker.sock'),
        about: { program: 'speaker', version, pid: process.pid },
        speaker,
        actions: speaker,
      });
      const stopped = untilStopped(); // also while it starts
      let rehearsal: Promise<void> | null = null;
      try {
        await speaker.start();
        // The first table should not wait for the compiler; who connects meanwhile is served between its turns.
        const isEmpty = (): boolean => speaker.status().families.every(({ paths }) => paths < A_TABLE);
        const policies = [...setup.peers, ...setup.ranges].some(hasPolicy);
        rehearsal = rehearse(effects, { isNeeded: isEmpty, policies });
        const places = speaker.listening.map(({ address, port }) => `${address} port ${port}`).join(', ');
        await print(
          io,
          `peerage speaker ${version}: listening on ${places}; control socket ${control.path}\n`,
        );
        const signal = await stopped;
        await speaker.close({ communication: `speaker stopped by ${signal}` });
      } finally {
        await rehearsal;
        await control.close();
        await tracking?.close();
      }
    });
}

function hasPolicy({
  importPolicy,
  exportPolicy,
}: Pick<PeerConfig, 'importPolicy' | 'exportPolicy'>): boolean {
  return [importPolicy, exportPolicy].some((policy) => policy !== undefined && policy !== acceptAll);
}

/** From so many routes on, peers teach the engine what a rehearsal would. */
const A_TABLE = 1_000;

/** What only the library can tell of a file is a mistake in that file too. */
function configured(file: string, setup: SpeakerSetup, ports: SpeakerPorts): BgpSpeaker {
  try {
    const speaker = new BgpSpeaker(setup.config, ports);
    for (const peer of setup.peers) speaker.addPeer(peer);
    for (const range of setup.ranges) speaker.addPeerRange(range);
    speaker.announce(setup.announcements);
    for (const aggregate of setup.aggregates) speaker.aggregates.add(aggregate);
    return speaker;
  } catch (error) {
    if (error instanceof BgpError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

/** The kernel's routing table as the port that knows next hops. */
async function kernelNextHops(): Promise<{
  readonly ports: Pick<SpeakerPorts, 'nextHopTracker'>;
  close(): Promise<void>;
}> {
  const { KernelNextHops, openNetlink } = await import('@peerage/linux');
  const netlink = (await openNetlink()).unref();
  const nextHopTracker = new KernelNextHops(netlink);
  return {
    ports: { nextHopTracker },
    close: async () => {
      nextHopTracker.close();
      await netlink.close();
    },
  };
}

/** With Linux socket options (MD5, TTL) where this process may set them. */
async function ports(io: Io): Promise<SpeakerPorts> {
  const log = {
    log(level: string, event: string, fields: Readonly<Record<string, unknown>>) {
      if (level !== 'debug') io.stderr.write(`${JSON.stringify({ level, event, ...fields })}\n`);
    },
  };
  const plain = { ...nodePorts(), log };
  if (process.platform !== 'linux') return plain;
  const { linuxTcpSockets } = await import('@peerage/linux/tcp');
  const { linuxNeighbourDiscovery } = await import('@peerage/linux/icmp6');
  const discovery = linuxNeighbourDiscovery();
  return { ...plain, sockets: tcpSocketFactory(linuxTcpSockets()), discovery };
}
