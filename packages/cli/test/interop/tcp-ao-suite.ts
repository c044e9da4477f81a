import { setTimeout as sleep } from 'node:timers/promises';
import { acceptAll, BgpSpeaker, type PeerConfig, type PeerStatus, type TcpAoKey } from '@peerage/bgp';
import { nodePorts, tcpSocketFactory } from '@peerage/bgp/node';
import { linuxTcpSockets } from '@peerage/linux/tcp';
import { eventually, type Teardown } from '@peerage/test-fixtures';
import t from 'tap';

// Runs on a kernel with TCP-AO: see tcp-ao.test.ts.

t.setTimeout(300_000);
t.jobs = 4;

const patient = { timeout: 60_000 };
const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };
const lines: string[] = [];
const log = {
  log: (level: string, event: string, fields: Readonly<Record<string, unknown>>) =>
    void lines.push(JSON.stringify({ level, event, ...fields })),
};

const SECRET = 'correct-horse';
/** A key from the left side; the right one has the numbers crossed. */
const key = (n: number, more: Partial<TcpAoKey> = {}): TcpAoKey => ({
  sendId: n,
  receiveId: 100 + n,
  secret: `${SECRET}-${n}`,
  ...more,
});
const crossed = (one: TcpAoKey): TcpAoKey => ({ ...one, sendId: one.receiveId, receiveId: one.sendId });
const ao = (...keys: readonly TcpAoKey[]): Pick<PeerConfig, 'authentication'> => ({
  authentication: { tcpAo: { keys } },
});

interface Sides {
  readonly left: Pick<PeerConfig, 'authentication' | 'password'>;
  readonly right: Pick<PeerConfig, 'authentication' | 'password'>;
}

/** Two speakers with one session for each pair: the right one dials from an address of its own. */
class Pair {
  readonly left: BgpSpeaker;
  readonly right: BgpSpeaker;
  readonly #port: number;

  private constructor(left: BgpSpeaker, right: BgpSpeaker, port: number) {
    this.left = left;
    this.right = right;
    this.#port = port;
  }

  /** `address`: where the left one listens; absent: everywhere, with one socket for both families. */
  static async open(t: Teardown, address?: string): Promise<Pair> {
    const ports = { ...nodePorts({ sockets: tcpSocketFactory(linuxTcpSockets()) }), log };
    const listen = [address === undefined ? { port: 0 } : { port: 0, address }];
    const left = new BgpSpeaker({ localAs: 64_512, routerId: '192.0.2.1', listen }, ports);
    const right = new BgpSpeaker({ localAs: 64_512, routerId: '192.0.2.2' }, ports);
    t.teardown(() => Promise.all([left.close(), right.close()]));
    await Promise.all([left.start(), right.start()]);
    return new Pair(left, right, left.listening[0]?.port ?? 0);
  }

  leftPeer(n: number, side: Sides['left']): PeerConfig {
    return { address: `127.0.1.${n}`, remoteAs: 64_512, passive: true, ...policies, ...side };
  }

  rightPeer(n: number, side: Sides['right']): PeerConfig {
    return {
      address: `127.0.0.${n}`,
      localAddress: `127.0.1.${n}`,
      remoteAs: 64_512,
      port: this.#port,
      connectRetryTime: 1,
      idleHoldTime: 0.5,
      ...policies,
      ...side,
    };
  }

  join(n: number, { left, right }: Sides): void {
    this.left.addPeer(this.leftPeer(n, left));
    this.right.addPeer(this.rightPeer(n, right));
  }

  status(n: number): readonly [PeerStatus, PeerStatus] {
    return [this.left.peer(`127.0.1.${n}`)!, this.right.peer(`127.0.0.${n}`)!];
  }

  async up(n: number): Promise<void> {
    await eventually(() => this.status(n).every((peer) => peer.state === 'established'), patient);
  }
}

t.test('the same keys on both sides, all algorithms, and whoever is different is not heard', async (t) => {
  const pair = await Pair.open(t);
  const good: Record<number, TcpAoKey[]> = {
    1: [key(1)],
    2: [key(2, { algorithm: 'aes-128-cmac-96' })],
    3: [key(3, { algorithm: 'hmac-sha-256-128' })],
    4: [key(4, { macLength: 16, coversOptions: false })],
    5: [key(5), key(6), key(7)],
  };
  for (const [n, keys] of Object.entries(good)) {
    pair.join(Number(n), { left: ao(...keys), right: ao(...keys.map(crossed)) });
  }
  const wrong: Record<number, Sides> = {
    11: { left: ao(key(1)), right: ao(crossed(key(1, { secret: 'battery-staple' }))) },
    12: { left: ao(key(1)), right: ao(crossed(key(2, { secret: `${SECRET}-1` }))) },
    13: { left: ao(key(1)), right: {} },
    14: { left: {}, right: ao(crossed(key(1))) },
    15: { left: { password: SECRET }, right: ao(crossed(key(1, { secret: SECRET }))) },
    16: { left: ao(key(1)), right: ao(crossed(key(1, { algorithm: 'aes-128-cmac-96' }))) },
  };
  for (const [n, sides] of Object.entries(wrong)) pair.join(Number(n), sides);
  for (const n of Object.keys(good)) await pair.up(Number(n));
  await sleep(5_000);
  for (const n of Object.keys(wrong)) {
    for (const { establishedCount, address } of pair.status(Number(n))) {
      t.equal(establishedCount, 0, `${address} never came up`);
    }
  }
  for (const n of Object.keys(good)) {
    for (const { tcpAo, md5 } of pair.status(Number(n))) {
      t.equal(md5, false);
      t.match(tcpAo, { connection: { bad: 0, unknownKey: 0, unsigned: 0 } });
      t.ok((tcpAo?.connection?.good ?? 0) >= 2, `${tcpAo?.connection?.good} segments were good`);
    }
  }
  t.match(pair.status(11)[1].hint, /TCP-AO is configured, and keys or numbers that differ/);
  const said = JSON.stringify([pair.left.peers(), pair.right.peers(), lines]);
  t.notMatch(said, new RegExp(`${SECRET}|battery`), 'no secret is told');
});

t.test('keys roll over without a new session, and the old one is refused after it', async (t) => {
  for (const address of [undefined, '127.0.0.20']) {
    const pair = await Pair.open(t, address);
    const [one, two] = [key(1), key(2, { algorithm: 'hmac-sha-256-128' })];
    const set = (...keys: readonly TcpAoKey[]) => {
      t.equal(pair.left.updatePeer(pair.leftPeer(20, ao(...keys))), 'live');
      t.equal(pair.right.updatePeer(pair.rightPeer(20, ao(...keys.map(crossed)))), 'live');
    };
    const connection = (side: 0 | 1) => pair.status(20)[side].tcpAo?.connection;
    let announced = 0;
    /** Traffic each way, so that the kernels talk about keys. */
    const talk = async () => {
      announced++;
      pair.left.announce({ prefixes: [`10.0.${announced}.0/24`] });
      pair.right.announce({ prefixes: [`10.1.${announced}.0/24`] });
      await eventually(
        () => pair.status(20).every((peer) => peer.families[0]?.received === announced),
        patient,
      );
    };
    pair.join(20, { left: ao(one), right: ao(crossed(one)) });
    await pair.up(20);
    await talk();
    set(one, two);
    await talk();
    t.match(connection(0), { sendsWith: 1, asksFor: 101 });
    set(two, one);
    await talk();
    await talk();
    t.match(connection(0), { sendsWith: 2, asksFor: 102 });
    t.match(connection(1), { sendsWith: 102, asksFor: 2 });
    set(two);
    await talk();
    for (const side of [0, 1] as const) {
      t.match(connection(side), { bad: 0, unknownKey: 0, unsigned: 0 });
      t.match(pair.status(20)[side], { establishedCount: 1, flaps: 0, tcpAo: { keys: { length: 1 } } });
    }
    pair.right.updatePeer(pair.rightPeer(20, ao(crossed(one))));
    await eventually(() => pair.status(20)[0].state !== 'established', patient);
    await sleep(3_000);
    t.equal(pair.status(20)[0].establishedCount, 1, 'who comes with the old key only is not heard');
    t.equal(pair.right.updatePeer(pair.rightPeer(20, ao(crossed(two)))), 'reset');
    await pair.up(20);
  }
});

t.test('a key whose secret changes under its numbers needs a new session', async (t) => {
  const pair = await Pair.open(t);
  pair.join(30, { left: ao(key(1)), right: ao(crossed(key(1))) });
  await pair.up(30);
  const other = key(1, { secret: 'another' });
  t.equal(pair.left.updatePeer(pair.leftPeer(30, ao(other))), 'reset');
  t.equal(pair.right.updatePeer(pair.rightPeer(30, ao(crossed(other)))), 'reset');
  await eventually(() => pair.status(30)[0].establishedCount === 2, patient);
  await pair.up(30);
});

t.test('IPv6, and a range of neighbours', async (t) => {
  const pair = await Pair.open(t);
  const port = pair.left.listening[0]?.port ?? 0;
  const six = { remoteAs: 64_512, ...policies };
  pair.left.addPeer({ ...six, address: '::1', passive: true, ...ao(key(1)) });
  pair.right.addPeer({ ...six, address: '::1', port, connectRetryTime: 1, ...ao(crossed(key(1))) });
  pair.left.addPeerRange({ prefix: '127.3.0.0/16', remoteAs: 64_512, ...policies, ...ao(key(1)) });
  const dialler = (n: number, keys: Pick<PeerConfig, 'authentication'>): PeerConfig => ({
    ...six,
    address: `127.0.0.${n}`,
    localAddress: `127.3.0.${n}`,
    port,
    connectRetryTime: 1,
    ...keys,
  });
  pair.right.addPeer(dialler(1, ao(crossed(key(1)))));
  pair.right.addPeer(dialler(2, {}));
  pair.right.addPeer(dialler(3, ao(crossed(key(1, { secret: 'wrong' })))));
  const established = () =>
    pair.left
      .peers()
      .filter((peer) => peer.state === 'established')
      .map((peer) => peer.address)
      .sort();
  await eventually(() => established().length >= 2, patient);
  await sleep(3_000);
  t.same(established(), ['127.3.0.1', '::1']);
  t.ok((pair.left.peer('127.3.0.1')?.tcpAo?.connection?.good ?? 0) > 0);
});
