// test-timeout: 120
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { acceptAll, BgpSpeaker, type PeerConfig } from '@peerage/bgp';
import { nodePorts, tcpSocketFactory } from '@peerage/bgp/node';
import { linuxTcpSockets } from '@peerage/linux/tcp';
import { eventually, needs } from '@peerage/test-fixtures';
import t from 'tap';
import { ip } from './namespace.js';

const HUB = '127.0.0.201';
const shared = {
  remoteAs: 64_512,
  importPolicy: acceptAll,
  exportPolicy: acceptAll,
  connectRetryTime: 1,
  idleHoldTime: 0.5,
};

t.test(
  'a peer that is bound to a device is had over that one alone, whoever dials',
  needs('root', 'command:ip'),
  async (t) => {
    const id = randomBytes(4).toString('hex');
    const other = `pg${id}`;
    await ip(`link add ${other} type veth peer name pq${id}`);
    t.teardown(() => ip(`link del ${other}`));
    const ports = nodePorts({ sockets: tcpSocketFactory(linuxTcpSockets()) });
    const listen = [{ address: HUB, port: 0 }];
    const hub = new BgpSpeaker({ localAs: 64_512, routerId: '192.0.2.1', listen }, ports);
    const far = new BgpSpeaker({ localAs: 64_512, routerId: '192.0.2.2' }, ports);
    t.teardown(() => Promise.all([hub.close(), far.close()]));
    await Promise.all([hub.start(), far.start()]);
    const port = hub.listening[0]?.port ?? 0;
    /** The hub at its one address is dialled from here, one after the other. */
    const outcome = async (accepting: Partial<PeerConfig>, dialling: Partial<PeerConfig>) => {
      const address = '127.0.0.202';
      hub.addPeer({ ...shared, address, passive: true, ...accepting });
      far.addPeer({ ...shared, address: HUB, port, localAddress: address, ...dialling });
      const isUp = () => hub.peer(address)?.state === 'established';
      const isGood = [accepting, dialling].every(({ device = 'lo' }) => device === 'lo');
      if (isGood) await eventually(isUp, { timeout: 30_000 });
      else await sleep(2_000);
      const result = { isUp: isUp(), isGood, error: far.peer(HUB)?.lastError?.message };
      hub.removePeer(address);
      far.removePeer(HUB);
      return result;
    };
    const rows = [
      [{}, {}],
      [{ device: 'lo' }, { device: 'lo' }],
      [{ device: other }, {}],
      [{}, { device: other }],
      [{ device: 'pg-none' }, {}],
      [{}, { device: 'pg-none' }],
    ] as const;
    for (const [accepting, dialling] of rows) {
      const { isUp, isGood, error } = await outcome(accepting, dialling);
      const what = JSON.stringify([accepting, dialling]);
      t.equal(isUp, isGood, what);
      if ('device' in dialling && dialling.device === 'pg-none') t.match(error, /pg-none.*ENODEV/, what);
    }
  },
);
