import type { Capability } from '../../../src/capabilities/capability.js';
import { KEEPALIVE } from '../../../src/message/keepalive.js';
import { MessageType } from '../../../src/message/message-type.js';
import { createOpen, encodeOpen } from '../../../src/message/open.js';
import { UpdateReader } from '../../../src/message/update-reader.js';
import { IPV4_UNICAST, parseFamily } from '../../../src/net/family.js';
import { acceptAll } from '../../../src/policy/defaults.js';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';
import { ScriptedPeer } from '../../../src/testing/index.js';
import { Lab, type LabSpeaker } from '../../speaker/lab.js';
import type { Probe } from '../probe.js';
import { FuzzRandom } from '../random.js';
import { repairStream } from '../repair.js';
import { messageSeeds, updateSeeds } from '../seeds.js';
import { type FuzzTarget, inputOf } from '../target.js';
import { contextOf, INTERNAL } from './update.js';

/** Bits of the control octet; the width of ASes, the kind of peer and add-path are those of `update`. */
const FROM_SCRATCH = 8;
const EXTENDED = 16;
const RECEIVER_INTERNAL = 32;

const FAMILIES = [
  'ipv4-unicast',
  'ipv6-unicast',
  'ipv4-labeled-unicast',
  'vpnv4-unicast',
  'vpnv6-unicast',
  'l2vpn-evpn',
  'ipv4-flowspec',
  'vpnv4-flowspec',
  'ipv4-route-target',
  'bgp-ls',
] as const;
const SOURCE = '192.0.2.2';
const RECEIVER = '192.0.2.3';

function capabilitiesOf(control: number): Capability[] {
  const { as4, addPath } = contextOf(control);
  return [
    ...FAMILIES.map((name) => ({ name: 'multiprotocol', family: parseFamily(name) }) as const),
    { name: 'route-refresh' },
    { name: 'enhanced-route-refresh' },
    ...((control & EXTENDED) === 0 ? [] : [{ name: 'extended-message' } as const]),
    ...(addPath(IPV4_UNICAST)
      ? [{ name: 'add-path', families: [{ family: IPV4_UNICAST, mode: 'send' }] } as const]
      : []),
    ...(as4 ? [{ name: 'four-octet-as', as: asOf(control, INTERNAL) } as const] : []),
  ];
}

const asOf = (control: number, internal: number): number => ((control & internal) === 0 ? 65_001 : 65_000);

async function dialIn(lab: Lab, from: string, as: number, routerId: number): Promise<ScriptedPeer> {
  const dial = lab.network
    .host(from)
    .connect({ address: '192.0.2.1', port: 179 }, new AbortController().signal);
  await lab.clock.runFor(10);
  const capabilities = capabilitiesOf(0).filter(({ name }) => name !== 'four-octet-as');
  return new ScriptedPeer(await dial, { as, routerId, capabilities });
}

/** What another peer is sent must be right, whatever came in. */
function checkReceived(probe: Probe, peer: ScriptedPeer, internal: boolean): void {
  const reader = new UpdateReader({ ...contextOf(internal ? INTERNAL : 0), addPath: () => false });
  for (const { type, bytes } of peer.received) {
    probe.expect(type !== MessageType.Notification, 'another session was ended');
    if (type !== MessageType.Update) continue;
    const outcome = reader.read(bytes, 19, bytes.length);
    probe.expect(
      outcome === 'accept' && reader.fault === null,
      `another peer was sent what it must refuse: ${reader.fault?.message} (${Buffer.from(bytes).toString('hex')})`,
    );
  }
  probe.expect(!peer.isClosed && !peer.isEnded, 'another connection was closed');
}

function checkTables(probe: Probe, at: LabSpeaker): void {
  for (const family of FAMILIES) {
    const page = JSON.stringify([
      at.speaker.rib({ family, limit: 1000 }),
      at.speaker.received(SOURCE, { family, limit: 1000 }),
      at.speaker.advertised(RECEIVER, { family, limit: 1000 }),
    ]);
    probe.see('tables', page.replace(/"(since|receivedAt|changedAt)":[^,}]*/g, ''));
  }
}

/** Feeds a whole speaker by one peer, while another listens. */
async function feed(probe: Probe, control: number, stream: Uint8Array): Promise<void> {
  const lab = new Lab();
  const at = lab.speaker(1, 65_000);
  const internal = (control & INTERNAL) !== 0;
  const receiverInternal = (control & RECEIVER_INTERNAL) !== 0 && !internal;
  const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };
  const shared: Partial<PeerConfig> = { passive: true, families: FAMILIES, holdTime: 0, ...policies };
  const addPath = { receive: (control & 4) !== 0 };
  at.speaker.addPeer({ ...shared, address: SOURCE, remoteAs: internal ? 65_000 : 65_001, addPath });
  at.speaker.addPeer({ ...shared, address: RECEIVER, remoteAs: receiverInternal ? 65_000 : 65_003 });
  await lab.start(at);
  const receiver = await dialIn(lab, RECEIVER, receiverInternal ? 65_000 : 65_003, 3);
  receiver.sendOpen({ holdTime: 0 });
  receiver.sendKeepalive();
  const source = await dialIn(lab, SOURCE, internal ? 65_000 : 65_001, 2);
  if ((control & FROM_SCRATCH) === 0) {
    const identity = { localAs: source.identity.as, holdTime: 0, routerId: 2 };
    const capabilities = capabilitiesOf(control);
    source.send(encodeOpen({ ...createOpen({ ...identity, capabilities }), capabilities }), KEEPALIVE);
  }
  await lab.clock.runFor(10);
  probe.expect(at.speaker.peer(RECEIVER)?.state === 'established', 'the other session is not up');

  const random = new FuzzRandom(control, 'pieces');
  for (let at = 0; at < stream.length; ) {
    const size = Math.min(stream.length - at, random.oneIn(3) ? 1 + random.below(40) : 4096);
    source.send(stream.slice(at, at + size));
    at += size;
    if (random.oneIn(3)) await lab.clock.runFor(5);
  }
  await lab.clock.runFor(5_000);
  probe.see('state', JSON.stringify(at.speaker.peer(SOURCE)?.state));
  probe.see('error', at.speaker.peer(SOURCE)?.lastError?.message ?? null);
  checkReceived(probe, receiver, receiverInternal);
  probe.expect(at.speaker.peer(RECEIVER)?.state === 'established', 'the other session has fallen');
  checkTables(probe, at);

  source.transport.destroy();
  await lab.clock.runFor(5_000);
  checkReceived(probe, receiver, receiverInternal);
  const left = FAMILIES.flatMap((family) => at.speaker.rib({ family, limit: 10 }).routes);
  probe.expect(
    left.length === 0,
    `routes stay behind their peer: ${left.map(({ prefix }) => prefix).join(' ')}`,
  );
  const out = FAMILIES.flatMap((family) => at.speaker.advertised(RECEIVER, { family, limit: 10 }).routes);
  probe.expect(out.length === 0, 'routes stay advertised behind their peer');
  void at.speaker.close();
  await lab.clock.runFor(10_000);
}

/** A whole speaker: sessions, tables, and what goes out to another peer. */
export const sessionTarget: FuzzTarget = {
  name: 'session',
  batch: 16,
  longest: 6000,
  seeds(seed) {
    const random = new FuzzRandom(seed, 'session');
    const messages = messageSeeds(seed);
    const updates = updateSeeds(seed);
    return Array.from({ length: 40 }, (_, i) => {
      const first = random.pick(updates);
      const control = (first[0]! & 7) | (random.below(8) << 4) | (i % 8 === 7 ? FROM_SCRATCH : 0);
      const parts = Array.from({ length: 1 + random.below(5) }, () => random.pick(messages));
      return inputOf(control, Uint8Array.from(Buffer.concat(parts).subarray(0, 6000)));
    });
  },
  repair: repairStream,
  run: (probe, control, bytes, start, end) => feed(probe, control, bytes.slice(start, end)),
};
