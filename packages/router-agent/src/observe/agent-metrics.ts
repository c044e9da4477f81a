import { type ReadMetric, samplesOf } from './metric.js';

/** Metrics of everything but sessions, by name: the RIB, the kernel, the cluster, the process. */
export const agentMetrics: Readonly<Record<string, ReadMetric>> = {
  kube_router_build_info: {
    type: 'gauge',
    help: 'Version of the agent; always 1',
    labels: ['goversion', 'version'],
    read: ({ version, process }) => [[[`node ${process.nodeVersion}`, version], 1]],
  },
  kube_router_host_routes_synced: {
    type: 'gauge',
    help: "Learned routes that stand in the kernel's main table",
    labels: [],
    read: ({ routes }) => [[[], routes.synced]],
  },
  kube_router_host_routes_added: {
    type: 'counter',
    help: 'Routes written to the kernel since start',
    labels: [],
    read: ({ routes }) => [[[], routes.added]],
  },
  kube_router_host_routes_removed: {
    type: 'counter',
    help: 'Routes deleted from the kernel since start',
    labels: [],
    read: ({ routes }) => [[[], routes.removed]],
  },
  peerage_ready: {
    type: 'gauge',
    help: 'Whether the node is as it should be, as `/readyz` says: 1 or 0',
    labels: [],
    read: ({ isReady }) => [[[], isReady ? 1 : 0]],
  },
  peerage_rib_prefixes: {
    type: 'gauge',
    help: 'Destinations in the RIB by family',
    labels: ['family'],
    read: ({ speaker }) =>
      samplesOf(speaker?.families ?? [], ({ family, prefixes }) => [[[family], prefixes]]),
  },
  peerage_rib_paths: {
    type: 'gauge',
    help: 'Paths in the RIB by family, rejected ones included where they are kept',
    labels: ['family'],
    read: ({ speaker }) => samplesOf(speaker?.families ?? [], ({ family, paths }) => [[[family], paths]]),
  },
  peerage_rib_attribute_sets: {
    type: 'gauge',
    help: 'Different sets of path attributes in the RIB',
    labels: [],
    read: ({ speaker }) => [[[], speaker?.attributeSets ?? 0]],
  },
  peerage_kernel_routes: {
    type: 'gauge',
    help: 'Learned routes by family and state: wanted, or installed (acknowledged by the kernel)',
    labels: ['family', 'state'],
    read: ({ kernel }) =>
      samplesOf(kernel, ({ family, wanted, acknowledged }) => [
        [[family, 'wanted'], wanted],
        [[family, 'installed'], acknowledged],
      ]),
  },
  peerage_kernel_routes_drifted_total: {
    type: 'counter',
    help: 'Routes that others changed or deleted, found and put right',
    labels: ['family'],
    read: ({ kernel }) => samplesOf(kernel, ({ family, drifted }) => [[[family], drifted]]),
  },
  peerage_tunnels: {
    type: 'gauge',
    help: 'Links of the overlay to other nodes that stand now',
    labels: [],
    read: ({ tunnels }) => [[[], tunnels]],
  },
  peerage_problems: {
    type: 'gauge',
    help: 'What is not right at present, by the part that found it; `peerage show problems` has the texts',
    labels: ['source'],
    read: ({ problems }) => samplesOf(problems, ([source, count]) => [[[source], count]]),
  },
  peerage_cluster_objects: {
    type: 'gauge',
    help: 'Objects of the cluster that are known, by kind; a kind that was not listed yet is missing',
    labels: ['kind'],
    read: ({ objects }) => samplesOf(objects, ([kind, count]) => [[[kind], count]]),
  },
  peerage_unimplemented_flag: {
    type: 'gauge',
    help: 'Flags that were given and have no effect yet; 1 each',
    labels: ['flag'],
    read: ({ unimplementedFlags }) => samplesOf(unimplementedFlags, (flag) => [[[flag], 1]]),
  },
  process_cpu_seconds_total: {
    type: 'counter',
    help: 'CPU time of the process, all threads, in seconds',
    labels: [],
    read: ({ process }) => [[[], process.cpuSeconds]],
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory of the process',
    labels: [],
    read: ({ process }) => [[[], process.residentBytes]],
  },
  process_start_time_seconds: {
    type: 'gauge',
    help: 'When the process began, in seconds since 1970',
    labels: [],
    read: ({ process }) => [[[], process.startedAt]],
  },
  process_open_fds: {
    type: 'gauge',
    help: 'Open file descriptors of the process',
    labels: [],
    read: ({ process }) => [[[], process.openFiles]],
  },
};
