import type { GenericNetlink, WireguardPeer } from '@peerage/linux';
import t from 'tap';
import { WireguardPeerDriver, wireguardKeepalive } from '../../src/drivers/wireguard-peer-driver.js';
import type { WireguardPeerItem } from '../../src/items/wireguard.js';

const publicKey = new Uint8Array(32).fill(7);
const key = Buffer.from(publicKey).toString('base64');
const day = 86_400_000;

/** A link with one peer that was told to be at 192.0.2.2, and whose packets come from 192.0.2.99. */
async function roaming() {
  const time = { now: 5_000, wall: 1_800_000_000_000 };
  let lastHandshake = 0;
  const peer = (): WireguardPeer => ({
    publicKey,
    endpoint: { address: new Uint8Array([192, 0, 2, 99]), port: 51820 },
    allowedIps: [],
    keepalive: wireguardKeepalive,
    lastHandshake,
  });
  const wireguard = { get: async () => ({ peers: [peer()] }), setPeer: async () => {} };
  const open = async () => ({ wireguard }) as unknown as GenericNetlink;
  const driver = new WireguardPeerDriver(open, 'wg', { now: () => time.now, wallTime: () => time.wall });
  const wanted: WireguardPeerItem = {
    link: 'wg',
    publicKey: key,
    address: '192.0.2.2',
    port: 51820,
    allowedIps: [],
  };
  await driver.apply([{ verb: 'create', key, after: wanted }], new AbortController().signal);
  return {
    shakesHands: () => {
      lastHandshake = Math.floor(time.wall / 1000);
    },
    /** Milliseconds go by; `wall` is what the wall clock makes of them. */
    later: (milliseconds: number, wall = milliseconds) => {
      time.now += milliseconds;
      time.wall += wall;
    },
    address: async () => (await driver.read())[0]?.address,
  };
}

const told = '192.0.2.2';
const seen = '192.0.2.99';

t.test('a live session is where it was told to be, a dead one where it was seen last', async (t) => {
  const { shakesHands, later, address } = await roaming();
  t.equal(await address(), seen, 'no session yet');
  shakesHands();
  t.equal(await address(), told);
  later(179_000);
  t.equal(await address(), told);
  later(2_000);
  t.equal(await address(), seen);
  shakesHands();
  t.equal(await address(), told);
});

for (const error of [day, -day]) {
  t.test(`a wall clock that is set by ${error / day} day makes no session live or dead`, async (t) => {
    const { shakesHands, later, address } = await roaming();
    await address();
    shakesHands();
    t.equal(await address(), told);
    later(1_000, error);
    t.equal(await address(), told, 'still alive');
    later(180_000);
    t.equal(await address(), seen, 'dead in its time');
    shakesHands();
    t.equal(await address(), told, 'and alive by the next handshake');
  });
}

t.test('an agent that comes to a link whose handshakes are from the future waits for the next', async (t) => {
  const { shakesHands, later, address } = await roaming();
  shakesHands();
  later(0, -day);
  t.equal(await address(), seen);
});
