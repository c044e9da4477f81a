import type { CniFileKind } from '../../../src/drivers/cni-file/complete-cni-config.js';

/** One file before and after. */
export interface CniCase {
  readonly title: string;
  readonly kind: CniFileKind;
  readonly before: string;
  readonly podCidrs: readonly string[];
  /** The file after, or a part of what is said of it. */
  readonly after: string | { readonly refused: string };
  /** Where kube-router does something else: what. */
  readonly original?: string;
}

const ipv4 = '10.242.0.0/24';
const ipv6 = '2001:db8:42:1::/64';
const conf = (ipam: string, more = ''): string => `{"type":"bridge","bridge":"kube-bridge",${ipam}${more}}`;
const list = (ipam: string): string => `{"plugins":[${conf(ipam)},{"type":"portmap"}]}`;
const subnet = (cidr: string): string => `"ipam":{"type":"host-local","subnet":"${cidr}"}`;
const ranges = (...cidrs: readonly string[]): string =>
  `"ipam":{"type":"host-local","ranges":[${cidrs.map((cidr) => `[{"subnet":"${cidr}"}]`).join()}]}`;
const forced = ',"forceAddress":true';

/**
 * What the original's own table of cases is about (`pkg/utils/cni_test.go` of cloudnativelabs/kube-router, Apache-2.0), with the right
 * result where that of the original is a defect.
 */
export const cniCases: readonly CniCase[] = [
  {
    title: 'conf without a range',
    kind: 'conf',
    before: conf('"ipam":{"type":"host-local"}'),
    podCidrs: [ipv4],
    after: conf(subnet(ipv4)),
    original: 'ranges in place of a subnet',
  },
  {
    title: 'conf with its subnet',
    kind: 'conf',
    before: conf(subnet(ipv4)),
    podCidrs: [ipv4],
    after: conf(subnet(ipv4)),
  },
  {
    title: 'conf with its ranges',
    kind: 'conf',
    before: conf(ranges(ipv4)),
    podCidrs: [ipv4],
    after: conf(ranges(ipv4)),
  },
  {
    title: 'conf with both of the same: one of them goes',
    kind: 'conf',
    before: conf(`"ipam":{"type":"host-local","subnet":"${ipv4}","ranges":[[{"subnet":"${ipv4}"}]]}`),
    podCidrs: [ipv4],
    after: conf(ranges(ipv4)),
  },
  {
    title: 'conf with the same range twice: once',
    kind: 'conf',
    before: conf(ranges(ipv4, ipv4)),
    podCidrs: [ipv4],
    after: conf(ranges(ipv4)),
  },
  {
    title: 'conf whose subnet is another one',
    kind: 'conf',
    before: conf(subnet('10.242.9.0/24')),
    podCidrs: [ipv4],
    after: conf(subnet(ipv4), forced),
    original: 'the old range stays beside the new one',
  },
  {
    title: 'conf whose ranges are other ones',
    kind: 'conf',
    before: conf(ranges('10.242.9.0/24', ipv6)),
    podCidrs: [ipv4],
    after: conf(ranges(ipv4), forced),
    original: 'the old ranges stay beside the new one',
  },
  {
    title: 'conf that does not want its address forced',
    kind: 'conf',
    before: conf(subnet('10.242.9.0/24'), ',"forceAddress":false'),
    podCidrs: [ipv4],
    after: conf(subnet(ipv4), ',"forceAddress":false'),
  },
  {
    title: 'conflist without a range',
    kind: 'conflist',
    before: list('"ipam":{"type":"host-local"}'),
    podCidrs: [ipv4],
    after: list(subnet(ipv4)),
  },
  {
    title: 'conflist with its subnet',
    kind: 'conflist',
    before: list(subnet(ipv4)),
    podCidrs: [ipv4],
    after: list(subnet(ipv4)),
  },
  {
    title: 'conflist with its ranges',
    kind: 'conflist',
    before: list(ranges(ipv4)),
    podCidrs: [ipv4],
    after: list(ranges(ipv4)),
  },
  {
    title: 'IPv6 alone',
    kind: 'conflist',
    before: list('"ipam":{"type":"host-local"}'),
    podCidrs: [ipv6],
    after: list(subnet(ipv6)),
  },
  {
    title: 'both families, IPv4 first',
    kind: 'conf',
    before: conf(subnet(ipv4)),
    podCidrs: [ipv6, ipv4],
    after: conf(ranges(ipv4, ipv6)),
  },
  {
    title: 'both families, one of them there',
    kind: 'conflist',
    before: list(ranges(ipv6)),
    podCidrs: [ipv4, ipv6],
    after: list(ranges(ipv4, ipv6)),
  },
  {
    title: 'no type',
    kind: 'conf',
    before: '{"name":"kubernetes"}',
    podCidrs: [ipv4],
    after: { refused: 'type must be "bridge", got nothing' },
  },
  {
    title: 'no plugins',
    kind: 'conflist',
    before: '{"name":"kubernetes"}',
    podCidrs: [ipv4],
    after: { refused: 'plugins must be a list, got nothing' },
  },
  {
    title: 'an empty list of plugins',
    kind: 'conflist',
    before: '{"plugins":[]}',
    podCidrs: [ipv4],
    after: { refused: 'plugins must have one of type "bridge", got none' },
  },
  {
    title: 'no JSON',
    kind: 'conf',
    before: 'type: bridge',
    podCidrs: [ipv4],
    after: { refused: 'it is not JSON (line 1, column 1)' },
  },
  {
    title: 'no pod range',
    kind: 'conf',
    before: conf(subnet(ipv4)),
    podCidrs: [],
    after: { refused: 'the node has no pod range yet' },
  },
];
