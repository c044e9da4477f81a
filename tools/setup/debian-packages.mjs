// The Debian packages that the project's commands use: why, for which command, and how to see that they are there.
// A package counts as there when all its files are found, so other ways of installing a program are as good.

/** @typedef {{ name: string, files: readonly string[], for: readonly string[], why: string, services?: readonly string[] }} DebianPackage */

const everywhere = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** @type {readonly DebianPackage[]} */
export const debianPackages = [
  {
    name: 'iproute2',
    files: ['ip'],
    for: ['lab', 'test'],
    why: 'makes network namespaces, links and routes',
  },
  { name: 'iputils-ping', files: ['ping'], for: ['lab', 'test'], why: 'shows that packets flow' },
  { name: 'procps', files: ['ps', 'sysctl'], for: ['lab', 'test'], why: 'forwarding switches, processes' },
  {
    name: 'frr',
    files: ['/usr/lib/frr/bgpd', '/usr/lib/frr/zebra', 'vtysh'],
    for: ['lab', 'test'],
    why: "the lab's external router; a peer of interop tests",
    services: ['frr'],
  },
  {
    name: 'containernetworking-plugins',
    files: ['/usr/lib/cni/bridge', '/usr/lib/cni/host-local'],
    for: ['lab', 'test'],
    why: 'attaches pods with the CNI file that the agent completes',
  },
  {
    name: 'bird2',
    files: ['bird', 'birdc'],
    for: ['test'],
    why: 'a peer of interop tests',
    services: ['bird'],
  },
  {
    name: 'gobgpd',
    files: ['gobgpd', 'gobgp'],
    for: ['test'],
    why: 'a peer of interop tests',
    services: ['gobgpd'],
  },
  {
    name: 'openbgpd',
    files: ['/usr/sbin/bgpd', 'bgpctl'],
    for: ['test'],
    why: 'a peer of interop tests',
    services: ['openbgpd'],
  },
  {
    name: 'exabgp',
    files: ['exabgp'],
    for: ['test'],
    why: 'a peer of interop tests',
    services: ['exabgp'],
  },
  {
    name: 'etcd-server',
    files: ['etcd'],
    for: ['test'],
    why: 'under a real kube-apiserver',
    services: ['etcd'],
  },
  { name: 'openssl', files: ['openssl'], for: ['test'], why: 'certificates of a real kube-apiserver' },
  {
    name: 'curl',
    files: ['curl'],
    for: ['test'],
    why: 'asks health and metrics pages in tests of the whole',
  },
  {
    name: 'tcpdump',
    files: ['tcpdump'],
    for: ['test'],
    why: 'reads what went over the wire in interop tests',
  },
  {
    name: 'nftables',
    files: ['nft'],
    for: ['lab', 'test'],
    why: 'masquerades what pods send out of the cluster',
  },
  { name: 'ipset', files: ['ipset'], for: ['test'], why: 'reads sets that an earlier router agent left' },
  { name: 'kmod', files: ['modprobe'], for: ['test'], why: 'asks whether the kernel has a module' },
  { name: 'xz-utils', files: ['xz'], for: ['test'], why: 'unpacks programs that tests run' },
];

/**
 * Packages for a purpose (`lab` or `test`) of which a file is missing.
 * @param {string} purpose
 * @param {(path: string) => boolean} exists
 * @returns {DebianPackage[]}
 */
export function missingPackages(purpose, exists) {
  const found = (file) =>
    file.startsWith('/') ? exists(file) : everywhere.some((folder) => exists(`${folder}/${file}`));
  return debianPackages.filter((row) => row.for.includes(purpose) && !row.files.every(found));
}
