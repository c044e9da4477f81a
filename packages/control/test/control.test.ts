import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerStatus, RouteQuery, SpeakerStatus } from '@peerage/bgp';
import t from 'tap';
import { ControlClient, createControlServer, type SpeakerActions, type SpeakerViews } from '../src/index.js';

const counts = { open: 1, update: 2, notification: 0, keepalive: 3, routeRefresh: 0 };

const peer: PeerStatus = {
  address: '2001:db8::1',
  remoteAs: 64513,
  localAs: 64512,
  type: 'external',
  state: 'active',
  stateSince: 1,
  establishedCount: 1,
  flaps: 1,
  passive: false,
  shutdown: false,
  families: [],
  capabilities: [],
  sent: counts,
  received: counts,
  lastNotification: {
    direction: 'received',
    code: 6,
    subcode: 2,
    text: 'Cease / Administrative Shutdown',
    data: new Uint8Array([1, 255]),
  },
  md5: true,
};

const status: SpeakerStatus = {
  localAs: 64512,
  routerId: '192.0.2.1',
  listening: [{ address: '::', port: 179 }],
  startedAt: 1,
  peers: { configured: 1, established: 0 },
  families: [{ family: 'ipv4-unicast', prefixes: 250, paths: 250 }],
  attributeSets: 1,
  nextHops: 1,
};

/** 250 prefixes, handed out in pages as a speaker does. */
function page(query: RouteQuery = {}) {
  const start = Number(query.after ?? 0);
  const end = Math.min(250, start + (query.limit ?? 100));
  const routes = Array.from({ length: end - start }, (_, i) => ({
    family: 'ipv4-unicast',
    prefix: `10.0.${start + i}.0/24`,
    paths: [],
  }));
  return end < 250 ? { routes, next: String(end) } : { routes };
}

const views: SpeakerViews = {
  status: () => status,
  peers: () => [peer],
  peer: (address) => (address === peer.address ? peer : undefined),
  rib: page,
  explain: (route, to) =>
    route === '10.0.0.0/8' || typeof route !== 'string'
      ? {
          family: typeof route === 'string' ? 'ipv4-unicast' : route.family,
          prefix: typeof route === 'string' ? route : JSON.stringify(route),
          imports: [
            {
              peer: '2001:db8::1',
              action: 'accept',
              policy: 'in',
              statement: 'in#1',
              reason: 'accepted by statement in#1',
              edits: ['MED 5'],
            },
          ],
          decision: [],
          ...(to !== undefined && {
            export: { peer: to, advertised: false, reason: 'no session', paths: [] },
          }),
        }
      : undefined,
  received: () => page({ limit: 1, after: '249' }),
  advertised: () => {
    throw Object.assign(new Error('boom'), { code: 'BGP_ERR_TEST' });
  },
};

async function serve(t: { teardown(after: () => Promise<void>): void }, actions?: SpeakerActions) {
  const folder = mkdtempSync(join(tmpdir(), 'peerage-control-'));
  const path = join(folder, 'run', 'speaker.sock');
  const about = { program: 'speaker', version: '1.2.3', pid: 1 } as const;
  const server = await createControlServer({ path, about, speaker: views, ...(actions && { actions }) });
  t.teardown(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return { path, about, client: new ControlClient({ path }) };
}

t.test('a client gets what the speaker shows, with octets as hex', async (t) => {
  const { client, about } = await serve(t);
  t.same(await client.about(), about);
  t.same(await client.status(), status);
  const [neighbor] = await client.neighbors();
  t.equal(neighbor?.lastNotification?.data, '01ff');
  t.equal((await client.neighbor('2001:db8::1')).state, 'active');
  t.same(await client.problems(), []);
  t.same(await client.kernel(), { families: [] });
});

t.test('a client asks why a destination is as it is', async (t) => {
  const { client } = await serve(t);
  t.equal((await client.explain('10.0.0.0/8')).imports[0]?.statement, 'in#1');
  t.equal((await client.explain('10.0.0.0/8', '2001:db8::1')).export?.reason, 'no session');
  t.match(await client.explain('0401ff', undefined, 'l2vpn-evpn'), {
    family: 'l2vpn-evpn',
    prefix: '{"family":"l2vpn-evpn","hex":"0401ff"}',
  });
  t.match(await client.explain('rd 65000:1 10.0.0.0/8', undefined, 'vpnv4-unicast'), {
    prefix: '{"family":"vpnv4-unicast","value":"rd 65000:1 10.0.0.0/8"}',
  });
  await t.rejects(client.explain('10.0.0.0/9'), { message: /no route for 10.0.0.0\/9/ });
  await t.rejects(client.explain('10.0.0.0/8', '2001:db8::2'), { message: /no neighbor 2001:db8::2/ });
});

t.test('a client walks all pages of a table', async (t) => {
  const { client } = await serve(t);
  const prefixes: string[] = [];
  for await (const route of client.rib({ limit: 60 })) prefixes.push(route.prefix);
  t.equal(prefixes.length, 250);
  t.equal(new Set(prefixes).size, 250);
});

t.test('the socket belongs to its owner alone', async (t) => {
  const { path } = await serve(t);
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('a second server on a socket that answers is refused, a dead socket is replaced', async (t) => {
  const { path, about } = await serve(t);
  await t.rejects(createControlServer({ path, about, speaker: views }), { code: 'CONTROL_ERR_IN_USE' });
  const dead = `${path}.dead`;
  writeFileSync(dead, '');
  const server = await createControlServer({ path: dead, about, speaker: views });
  t.same(await new ControlClient({ path: dead }).about(), about);
  await server.close();
});

t.test('questions that cannot be answered get an error that says why', async (t) => {
  const { client, path } = await serve(t);
  await t.rejects(client.neighbor('192.0.2.9'), {
    code: 'CONTROL_ERR_REQUEST',
    message: 'no neighbor 192.0.2.9; configured: 2001:db8::1',
  });
  const advertised = client.advertised('2001:db8::1')[Symbol.asyncIterator]();
  await t.rejects(advertised.next(), { code: 'CONTROL_ERR_REQUEST', message: 'boom' });
  const tooMany = client.rib({ limit: 10_001 })[Symbol.asyncIterator]();
  await t.rejects(tooMany.next(), { message: /bad query: limit/ });
  const nobody = new ControlClient({ path: `${path}.none` });
  await t.rejects(nobody.about(), { code: 'CONTROL_ERR_UNREACHABLE', message: /--socket/ });
});

t.test('sessions are reset by who may, anew or softly', async (t) => {
  const done: unknown[] = [];
  const { client } = await serve(t, {
    resetPeer: (...given) => done.push(['reset', ...given]),
    refreshPeer: (...given) => {
      done.push(['refresh', ...given]);
      return ['ipv4-unicast'];
    },
  });
  t.same(await client.clear('2001:db8::1'), { address: '2001:db8::1', families: [] });
  await client.clear('2001:db8::1', { communication: 'new cable & plug' });
  const cleared = { address: '2001:db8::1', soft: 'in', families: ['ipv4-unicast'] };
  t.same(await client.clear('2001:db8::1', { soft: 'in' }), cleared);
  await client.clear('2001:db8::1', { soft: 'out', families: ['ipv4-unicast', 'ipv6-unicast'] });
  t.same(done, [
    ['reset', '2001:db8::1', undefined],
    ['reset', '2001:db8::1', 'new cable & plug'],
    ['refresh', '2001:db8::1', 'in', undefined],
    ['refresh', '2001:db8::1', 'out', ['ipv4-unicast', 'ipv6-unicast']],
  ]);
  await t.rejects(client.clear('2001:db8::2'), {
    message: /no neighbor 2001:db8::2; configured: 2001:db8::1/,
  });
  const wrong = { soft: 'in', families: ['ipv5'] } as const;
  await t.rejects(client.clear('2001:db8::1', wrong), { message: /bad query: families\.0/ });
  t.equal(done.length, 4);
  const { client: reader } = await serve(t);
  await t.rejects(reader.clear('2001:db8::1'), { message: /cannot be reset through this socket/ });
});
