import type { CniFileKind } from './complete-cni-config.js';

const bridge = {
  name: 'kubernetes',
  type: 'bridge',
  bridge: 'kube-bridge',
  isDefaultGateway: true,
  hairpinMode: true,
  ipam: { type: 'host-local' },
};
const hostPorts = { type: 'portmap', capabilities: { snat: true, portMappings: true } };
/** What every container runtime of today reads. */
const cniVersion = '0.3.1';

/** A configuration for a node that has none: pods on our bridge and, where a file can hold more than one plugin, host ports. */
export function cniTemplate(kind: CniFileKind): string {
  const file =
    kind === 'conf'
      ? { cniVersion, ...bridge }
      : { cniVersion, name: 'kubernetes', plugins: [bridge, hostPorts] };
  return `${JSON.stringify(file, null, 2)}\n`;
}
