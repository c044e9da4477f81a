import { bridge, createNamespace, exec, vethPair } from '@peerage/linux';
import { type LabPlan, type NodePlan, withLength } from './plan.js';

/** Builds the segment, the router, the client network and the first nodes. Addresses are usable when it resolves. */
export async function buildNetwork(plan: LabPlan): Promise<void> {
  const { segment, router, client } = plan;
  for (const namespace of [segment.namespace, router.namespace, client.namespace]) {
    await createNamespace(namespace);
  }
  await bridge({ namespace: segment.namespace, name: segment.bridge });
  await plug(plan, router.namespace, 'router', router.addresses);
  await vethPair(
    { namespace: router.namespace, name: 'client0', addresses: router.clientAddresses.map(withLength) },
    { namespace: client.namespace, name: 'eth0', addresses: client.addresses.map(withLength) },
  );
  for (const gateway of router.clientAddresses) {
    await exec(client.namespace, ['ip', 'route', 'add', 'default', 'via', gateway]);
  }
  await forward(router.namespace);
  for (const node of plan.nodes) await buildNode(plan, node);
}

/** Adds one node and an empty namespace for its pod. Forwarding is the agent's business. */
export async function buildNode(plan: LabPlan, node: NodePlan): Promise<void> {
  await createNamespace(node.namespace);
  await createNamespace(node.podNamespace);
  await plug(plan, node.namespace, portOf(node), node.addresses);
  for (const gateway of plan.router.addresses) {
    await exec(node.namespace, ['ip', 'route', 'add', 'default', 'via', gateway]);
  }
}

/** Cuts a node's link so that nobody is told: the cable ends in nowhere, and its carrier stays up. */
export async function cutLink(plan: LabPlan, node: NodePlan): Promise<void> {
  await exec(plan.segment.namespace, ['ip', 'link', 'set', portOf(node), 'nomaster']);
}

export async function mendLink(plan: LabPlan, node: NodePlan): Promise<void> {
  await exec(plan.segment.namespace, ['ip', 'link', 'set', portOf(node), 'master', plan.segment.bridge]);
}

function portOf(node: NodePlan): string {
  return `node${node.number}`;
}

async function plug(
  plan: LabPlan,
  namespace: string,
  port: string,
  addresses: readonly string[],
): Promise<void> {
  await vethPair(
    { namespace, name: 'eth0', addresses: addresses.map(withLength) },
    { namespace: plan.segment.namespace, name: port, bridge: plan.segment.bridge },
  );
}

async function forward(namespace: string): Promise<void> {
  await exec(namespace, [
    'sysctl',
    '-qw',
    'net.ipv4.ip_forward=1',
    'net.ipv6.conf.all.forwarding=1',
    'net.ipv4.fib_multipath_hash_policy=1',
  ]);
}
