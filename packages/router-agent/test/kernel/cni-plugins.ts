import { join } from 'node:path';
import { netns } from '@peerage/linux';

/** Debian's place; those of the projects' own packages are `/opt/cni/bin`. */
const pluginFolders = '/usr/lib/cni';

export interface PodAttachment {
  /** The node's namespace, in which plugins run. */
  readonly node: string;
  /** Namespace of the pod. */
  readonly pod: string;
  /** Text of the node's CNI file, a list of plugins. */
  readonly file: string;
  /** Where `host-local` remembers what it gave. */
  readonly leases: string;
  readonly hostPorts?: readonly { readonly hostPort: number; readonly containerPort: number }[];
}

type Result = Readonly<Record<string, unknown>> & { readonly ips?: readonly { readonly address: string }[] };

/**
 * Attaches a pod as a container runtime does: each plugin of the list in order, with the result of the one before. Gives the pod's
 * addresses. Rejects with what a plugin says.
 */
export async function attachPod(attachment: PodAttachment): Promise<readonly string[]> {
  const { node, pod, file, leases, hostPorts = [] } = attachment;
  const { cniVersion, name, plugins } = JSON.parse(file) as {
    readonly cniVersion: string;
    readonly name: string;
    readonly plugins: readonly Readonly<Record<string, unknown>>[];
  };
  let result: Result | undefined;
  for (const plugin of plugins) {
    const { ipam, capabilities, ...rest } = plugin;
    const isPorts =
      typeof capabilities === 'object' && capabilities !== null && 'portMappings' in capabilities;
    const input = {
      cniVersion,
      ...rest,
      name,
      ...(ipam !== undefined && { ipam: { ...(ipam as object), dataDir: leases } }),
      ...(isPorts && {
        runtimeConfig: { portMappings: hostPorts.map((port) => ({ ...port, protocol: 'tcp' })) },
      }),
      ...(result !== undefined && { prevResult: result }),
    };
    result = await runPlugin(node, pod, String(plugin.type), JSON.stringify(input));
  }
  return (result?.ips ?? []).map(({ address }) => address);
}

async function runPlugin(node: string, pod: string, type: string, input: string): Promise<Result> {
  const environment = [
    ...['CNI_COMMAND=ADD', `CNI_CONTAINERID=${pod}`, `CNI_NETNS=/run/netns/${pod}`, 'CNI_IFNAME=eth0'],
    `CNI_PATH=${pluginFolders}`,
  ];
  // A plugin says on standard output what is wrong.
  const script = '"$@" || { status=$?; cat >&2; exit $status; }';
  const argv = ['env', ...environment, 'sh', '-c', script, 'sh', join(pluginFolders, type)];
  const { stdout } = await netns.exec(node, argv, { input });
  return JSON.parse(stdout) as Result;
}
