import { exec } from '@peerage/linux';
import { durationText } from '../render/route-text.js';
import type { Block, Cell } from '../result.js';
import type { Lab } from './lab.js';
import { addressesOf } from './manifests.js';
import { kernelRoutes, ping } from './measure.js';

/** Collects whether everything that was shown is as it should be. */
export interface Verdict {
  readonly failures: string[];
}

/** Sessions, routes and reachability of a lab that has settled. */
export async function* firstTables(lab: Lab, verdict: Verdict): AsyncIterable<Block> {
  yield await agentSessions(lab, verdict);
  yield await routerSessions(lab, verdict);
  for (const family of lab.plan.mode === 'ipv4' ? ([4] as const) : ([4, 6] as const)) {
    yield await nodeRoutes(lab, family);
    yield await routerRoutes(lab, family);
  }
  yield await pings(lab, verdict);
}

async function agentSessions(lab: Lab, verdict: Verdict): Promise<Block> {
  const rows: Cell[][] = [];
  for (const agent of lab.agents) {
    for (const peer of await agent.control.neighbors()) {
      const up = peer.state === 'established';
      if (!up) verdict.failures.push(`${agent.node.name}: the session with ${peer.address} is ${peer.state}`);
      rows.push([
        agent.node.name,
        peer.address,
        peer.remoteAs,
        { text: peer.state, tone: up ? 'good' : 'bad' },
        durationText(peer.uptimeSeconds ?? 0),
        peer.families.reduce((sum, family) => sum + family.received, 0),
        peer.families.reduce((sum, family) => sum + family.advertised, 0),
        peer.families
          .filter((family) => family.negotiated)
          .map((family) => family.family)
          .join(' '),
      ]);
    }
  }
  return {
    kind: 'table',
    title: 'Sessions, as the agents see them',
    columns: ['node', 'neighbor', 'AS', 'state', 'up', 'received', 'advertised', 'families'],
    rows,
    empty: 'no sessions',
  };
}

async function routerSessions(lab: Lab, verdict: Verdict): Promise<Block> {
  const sessions = await lab.router.sessions();
  if (sessions.length === 0) verdict.failures.push('the external router has no sessions');
  return {
    kind: 'table',
    title: 'Sessions, as the external router (FRR) sees them',
    columns: ['neighbor', 'AS', 'family', 'state', 'received', 'sent'],
    rows: sessions.map((session): Cell[] => {
      const up = session.state === 'Established';
      if (!up) verdict.failures.push(`router: the session with ${session.peer} is ${session.state}`);
      return [
        session.peer,
        session.as,
        session.family,
        { text: session.state, tone: up ? 'good' : 'bad' },
        session.received,
        session.sent,
      ];
    }),
    empty: 'no sessions',
  };
}

async function nodeRoutes(lab: Lab, family: 4 | 6): Promise<Block> {
  const rows: Cell[][] = [];
  for (const node of lab.nodes) {
    const { stdout } = await exec(node.namespace, ['ip', `-${family}`, 'route', 'show']);
    for (const line of routesOfProtocol17(stdout)) {
      rows.push([node.name, line.trim().replace(/\s+/g, ' ')]);
    }
  }
  return {
    kind: 'table',
    title: `Learned routes in the nodes' kernels, IPv${family} (ip route)`,
    columns: ['node', 'route'],
    rows,
    empty: 'none',
  };
}

/** The lines of one route stand together: next hops of a multipath route are indented below it. */
function routesOfProtocol17(output: string): readonly string[] {
  return output
    .replace(/\n\s+nexthop/g, ' nexthop')
    .split('\n')
    .filter((line) => line.includes('proto 17'));
}

async function routerRoutes(lab: Lab, family: 4 | 6): Promise<Block> {
  const routes = await kernelRoutes(lab.plan.router.namespace, family, ['proto', 'bgp']);
  const names = new Map<string, string>();
  for (const node of lab.nodes) {
    for (const cidr of node.podCidrs) names.set(cidr, `pods of ${node.name}`);
  }
  for (const service of lab.services) {
    for (const address of addressesOf(service)) names.set(address, `service ${service.name}`);
  }
  return {
    kind: 'table',
    title: `The external router's kernel, IPv${family}`,
    columns: ['destination', 'what', 'next hops'],
    rows: routes.map((route) => [
      route.destination,
      names.get(route.destination) ?? '',
      [...route.gateways].sort().join(', '),
    ]),
    empty: 'no BGP routes',
  };
}

async function pings(lab: Lab, verdict: Verdict): Promise<Block> {
  const { nodes } = lab;
  const { client } = lab.plan;
  const pairs: { from: string; namespace: string; to: string; target: string }[] = [];
  lab.plan.client.addresses.forEach((clientAddress, family) => {
    nodes.forEach((node, i) => {
      const other = nodes[(i + 1) % nodes.length];
      const target = other?.podAddresses[family];
      if (other === undefined || target === undefined) return;
      pairs.push({
        from: `pod on ${node.name}`,
        namespace: node.podNamespace,
        to: `pod on ${other.name}`,
        target,
      });
    });
    const [first] = nodes;
    const target = first?.podAddresses[family];
    if (first === undefined || target === undefined) return;
    pairs.push({ from: 'client', namespace: client.namespace, to: `pod on ${first.name}`, target });
    pairs.push({
      from: `pod on ${first.name}`,
      namespace: first.podNamespace,
      to: 'client',
      target: clientAddress,
    });
  });
  const rows: Cell[][] = [];
  for (const { from, namespace, to, target } of pairs) {
    const count = await ping(namespace, target);
    const well = count.received === count.sent && count.sent > 0;
    if (!well) verdict.failures.push(`ping from ${from} to ${to} (${target}) was lost`);
    const text = `${count.received} of ${count.sent}`;
    rows.push([from, to, target, { text, tone: well ? 'good' : 'bad' }]);
  }
  return {
    kind: 'table',
    title: 'Pings',
    columns: ['from', 'to', 'address', 'answered'],
    rows,
    empty: 'none',
  };
}
