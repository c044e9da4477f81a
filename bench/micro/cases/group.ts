import { updateStream } from '../../../packages/bgp/bench/updates.js';
import { IPV4_UNICAST } from '../../../packages/bgp/src/net/family.js';
import type { PipelinePeer } from '../../../packages/bgp/src/speaker/members/pipeline-peer.js';
import { Pipeline } from '../../../packages/bgp/src/speaker/pipeline/pipeline.js';
import type { Bench, BenchFile } from '../bench.js';

const SETS = 4000;
const PER_SET = 7;
const HEADER = 19;
const LOCAL_AS = 65_000;

/** A table of one peer goes to an update group: received, decided, chosen, packed once, given to each member. */
export const group: BenchFile = () => [receive(), ...[1, 10, 100].map(toMembers)];

const stream = () => {
  const { bytes, offsets } = updateStream(IPV4_UNICAST, SETS, PER_SET);
  return { bytes, offsets, ends: [...offsets.slice(1), bytes.length] };
};

function receive(): Bench {
  const { bytes, offsets, ends } = stream();
  let table: { readonly pipeline: Pipeline; readonly from: ReturnType<Pipeline['openPeer']> };
  return {
    name: 'group: received, before any decision',
    unit: 'route',
    units: SETS * PER_SET,
    before: () => {
      table = open(0);
    },
    work: () => {
      for (let i = 0; i < SETS; i++)
        table.pipeline.receive(table.from, bytes, offsets[i]! + HEADER, ends[i]!);
    },
  };
}

function toMembers(members: number): Bench {
  const { bytes, offsets, ends } = stream();
  let pipeline: Pipeline;
  return {
    name: `group: decided and sent to ${members} member${members === 1 ? '' : 's'}`,
    unit: 'route',
    units: SETS * PER_SET,
    before: () => {
      const table = open(members);
      pipeline = table.pipeline;
      settle(pipeline);
      for (let i = 0; i < SETS; i++) pipeline.receive(table.from, bytes, offsets[i]! + HEADER, ends[i]!);
    },
    work: () => settle(pipeline),
  };
}

function settle(pipeline: Pipeline): void {
  while (pipeline.work(() => false));
}

function open(members: number) {
  const pipeline = new Pipeline({
    localAs: LOCAL_AS,
    routerId: 0x0a000001,
    maximumPaths: 1,
    exactAsPath: true,
    now: () => 1000,
  });
  // No first-AS check stands in the pipeline, so that the paths of the stream need not begin with the peer's AS.
  const from = pipeline.openPeer(peer(0));
  for (let i = 1; i <= members; i++) pipeline.openPeer(peer(i));
  return { pipeline, from };
}

function peer(number: number): PipelinePeer {
  const as = 64_600 + number;
  return {
    address: `192.0.2.${number + 1}`,
    as,
    type: 'external',
    localAs: LOCAL_AS,
    routerId: number + 1,
    context: {
      as4: true,
      type: 'external',
      localAs: LOCAL_AS,
      peerAs: as,
      maxMessage: 4096,
      receives: (family) => family === IPV4_UNICAST,
      addPath: () => false,
    },
    families: [IPV4_UNICAST],
    nextHops: new Map([[IPV4_UNICAST.key, Uint8Array.of(192, 0, 2, 254)]]),
    nextHopSelf: false,
    as4: true,
    maxMessage: 4096,
    importPolicy: null,
    exportPolicy: null,
    requirePolicy: false,
    outbox: { send: () => true },
  };
}
