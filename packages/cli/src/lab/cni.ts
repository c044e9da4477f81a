import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '@peerage/linux';
import * as z from 'zod';
import type { NodePlan } from './plan.js';

/** Where Debian's containernetworking-plugins are. */
export const CNI_PLUGINS = '/usr/lib/cni';

const conflistSchema = z.object({
  cniVersion: z.string(),
  name: z.string(),
  plugins: z.array(z.looseObject({ type: z.string() })),
});

/**
 * The CNI file that an operator puts on a node, as in the deployment guide; the agent completes `ipam`. The `dataDir`
 * is the node's own, because all nodes of the lab share one file system. The guide's `portmap` is left out: it
 * needs iptables, and no pod of the lab has host ports.
 */
export function cniTemplate(dataDir: string): string {
  const conflist = {
    cniVersion: '0.3.0',
    name: 'mynet',
    plugins: [
      {
        name: 'kubernetes',
        type: 'bridge',
        bridge: 'kube-bridge',
        isDefaultGateway: true,
        hairpinMode: true,
        ipam: { type: 'host-local', dataDir },
      },
    ],
  };
  return `${JSON.stringify(conflist, null, 2)}\n`;
}

/** Attaches the node's pod as a kubelet does: each plugin of the list in turn, with the result of the one before. */
export async function attachPod(node: NodePlan, file: string): Promise<void> {
  const { plugins, ...list } = conflistSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  let previous: unknown;
  for (const plugin of plugins) {
    const input = {
      ...list,
      ...plugin,
      name: list.name,
      ...(previous === undefined ? {} : { prevResult: previous }),
    };
    const environment = [
      'CNI_COMMAND=ADD',
      `CNI_CONTAINERID=${node.podNamespace}`,
      `CNI_NETNS=/run/netns/${node.podNamespace}`,
      'CNI_IFNAME=eth0',
      `CNI_PATH=${CNI_PLUGINS}`,
    ];
    const argv = ['env', ...environment, join(CNI_PLUGINS, plugin.type)];
    const { stdout } = await exec(node.namespace, argv, { input: JSON.stringify(input) });
    previous = JSON.parse(stdout);
  }
}
