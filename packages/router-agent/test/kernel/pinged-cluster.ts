import { netns } from '@peerage/linux';
import { eventually } from '@peerage/test-fixtures';
import type { Test } from 'tap';
import { sampleService, sampleSlice } from '../sources/sample-objects.js';
import { type ContinuousPing, continuousPing, type PingCount } from './continuous-ping.js';
import { fabric, frrAddress, patient } from './fabric.js';
import type { Program } from './segment.js';

const client = '172.16.50.2';
/** Of a service with Local policy whose endpoint is on node 1: packets to it go through that node alone. */
const localVip = '203.0.113.2';
/** Its cluster IP, which both nodes announce. */
const sharedVip = '10.64.1.2';

/** A series of pings, as it is called in reports. */
interface Flow {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** The address to send from. */
  readonly source?: string;
}

/** What became of all series of pings. */
export interface FlowCounts {
  readonly sent: number;
  readonly lost: number;
  readonly lostSince: number;
  /** One clause a series. */
  readonly text: string;
}

/**
 * Two nodes with a pod each, and a client behind FRR, which puts what it learns into its kernel.
 *
 *   pod-1 ─ node-1 192.168.1.11 ─┐
 *   pod-2 ─ node-2 192.168.1.12 ─┴─ FRR 192.168.1.254 ─ client 172.16.50.2
 *
 * The agent proxies no services: their addresses are on the loopbacks of the nodes, which answer for the endpoints.
 */
export async function pingedCluster(t: Test, flags: readonly string[]) {
  const lab = await fabric(t, 2);
  const [one, two, tor] = [lab.namespace(1), lab.namespace(2), lab.namespace('tor')];
  const far = ['pod-1', 'pod-2', 'client'].map((name) => `${tor}-${name}`);
  for (const namespace of far) {
    await netns.createNamespace(namespace);
    t.teardown(() => netns.deleteNamespace(namespace));
  }
  const [podOne = '', podTwo = '', clients = ''] = far;
  await netns.vethPair(
    { namespace: tor, name: 'clients', addresses: ['172.16.50.1/24'] },
    { namespace: clients, name: 'eth0', addresses: [`${client}/24`] },
  );
  await netns.exec(clients, ['ip', 'route', 'add', 'default', 'via', '172.16.50.1']);
  await netns.exec(tor, ['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  const neighbors = ['192.168.1.11', '192.168.1.12'].flatMap((node) => [
    `neighbor ${node} remote-as 64512`,
    `neighbor ${node} timers connect 1`,
    `neighbor ${node} passive`,
  ]);
  const family = ['address-family ipv4 unicast', 'network 172.16.50.0/24', 'maximum-paths 4', 'exit'];
  const frr = await lab.frr([...neighbors, ...family], 64640, { inKernel: true });

  for (const n of [1, 2]) lab.putNode(n);
  lab.put(sampleService(1));
  lab.put(sampleSlice(1, [1]));
  for (const namespace of [one, two]) {
    for (const vip of [localVip, sharedVip])
      await netns.exec(namespace, ['ip', 'address', 'add', `${vip}/32`, 'dev', 'lo']);
  }
  const start = (n: number, more: readonly string[] = []): Program =>
    lab.start(n, [
      '--advertise-external-ip',
      `--peer-router-ips=${frrAddress}`,
      '--peer-router-asns=64640',
      ...flags,
      ...more,
    ]);
  const agents = [start(1), start(2)];
  for (const [i, namespace] of [one, two].entries()) {
    const pod = far[i] ?? '';
    await eventually(
      async () => (await netns.exec(namespace, ['ip', 'link', 'show', 'kube-bridge'])).stdout.includes('UP'),
      patient,
    );
    await netns.exec(namespace, ['ip', 'address', 'add', `10.48.${i + 1}.1/24`, 'dev', 'kube-bridge']);
    await netns.vethPair(
      { namespace, name: 'pod', bridge: 'kube-bridge' },
      { namespace: pod, name: 'eth0', addresses: [`10.48.${i + 1}.5/24`] },
    );
    await netns.exec(pod, ['ip', 'route', 'add', 'default', 'via', `10.48.${i + 1}.1`]);
  }
  const flows: readonly Flow[] = [
    { what: 'pod of node 1 to pod of node 2', from: podOne, to: '10.48.2.5' },
    { what: 'pod of node 2 to pod of node 1', from: podTwo, to: '10.48.1.5' },
    { what: 'client to VIP of node 1', from: clients, to: localVip },
    { what: 'client to VIP of both', from: clients, to: sharedVip },
    { what: 'VIP of node 1 to client', from: one, to: client, source: localVip },
  ];
  const answers = async ({ from, to, source }: Flow): Promise<boolean> => {
    const by = source === undefined ? [] : ['-I', source];
    await netns.exec(from, ['ping', '-c', '1', '-W', '1', ...by, to]);
    return true;
  };
  /** Every route is where it should be: nothing goes by a way that is only left over. */
  const converged = async (): Promise<void> => {
    for (const flow of flows) await eventually(() => answers(flow), patient);
    await eventually(async () => {
      const { stdout } = await netns.exec(tor, ['ip', '-o', 'route', 'show', localVip]);
      return stdout.includes('192.168.1.11');
    }, patient);
    await eventually(
      async () => (await lab.learned(1)).length >= 2 && (await lab.learned(2)).length >= 2,
      patient,
    );
  };
  await converged();

  /** Pings 100 times a second each, both ways. */
  const pingAll = () => {
    const running = flows.map(
      ({ from, to, source }): ContinuousPing =>
        continuousPing(t, from, to, { interval: 10, ...(source === undefined ? {} : { from: source }) }),
    );
    return {
      mark: () => {
        for (const ping of running) ping.mark();
      },
      stop: async (): Promise<FlowCounts> => {
        const counts = await Promise.all(running.map((ping) => ping.stop()));
        const sum = (of: (count: PingCount) => number) =>
          counts.reduce((total, count) => total + of(count), 0);
        const text = counts.map(({ sent, lost, gap }, i) => {
          const longest = lost === 0 ? '' : `, longest gap ${gap} ms`;
          return `${flows[i]?.what}: ${lost} of ${sent} lost${longest}`;
        });
        return {
          sent: sum(({ sent }) => sent),
          lost: sum(({ lost }) => lost),
          lostSince: sum(({ lostSince }) => lostSince),
          text: text.join('; '),
        };
      },
    };
  };
  /** What FRR heard in the OPEN of node 1: whether it restarts, and whether it forwarded meanwhile. */
  const heard = async (): Promise<{ readonly restarts: boolean; readonly forwarded: boolean }> => {
    const text = await frr.query('show bgp ipv4 neighbors 192.168.1.11 graceful-restart json');
    return {
      restarts: /"rBit": ?(true|"True")/i.test(text),
      forwarded: /"fBit": ?(true|"True")/i.test(text),
    };
  };
  return { lab, frr, one, agents, start, converged, pingAll, heard };
}

/** Both sessions of an agent are up. */
export function isUp(agent: Program): boolean {
  return new Set(agent.events('session.established').map(({ peer }) => peer)).size >= 2;
}
