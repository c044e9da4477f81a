// test-timeout: 300
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { eventually, freePort, type Teardown, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import type { SpeakerFile } from '../../src/commands/speaker-file.js';
import { command, peerage, type SpeakerProcess, startPeerage, startSpeaker } from './peerage.js';

const LEFT = '127.0.0.61';
const RIGHT = '127.0.0.62';
const patient = { timeout: 60_000 };
/** A line of a stack trace. */
const stack = /^ +at /m;

interface Pair {
  readonly left: SpeakerProcess;
  readonly right: SpeakerProcess;
}

/** Two speakers with a session between them, and a route or two on each side. */
async function pair(t: Teardown): Promise<Pair> {
  const [leftPort, rightPort] = [await freePort(LEFT), await freePort(RIGHT)];
  const neighbor = { connectRetryTime: 1 };
  const left = startSpeaker(t, {
    localAs: 64512,
    routerId: '192.0.2.1',
    listenPort: leftPort,
    listenAddresses: [LEFT],
    ebgpRequiresPolicy: false,
    announce: [
      { prefixes: ['203.0.113.0/24', '198.51.100.0/25'], med: 7, communities: ['64512:1', '64512:2'] },
    ],
    neighbors: [
      {
        ...neighbor,
        address: RIGHT,
        remoteAs: 64513,
        port: rightPort,
        localAddress: LEFT,
        description: 'the right one',
      },
    ],
  });
  const right = startSpeaker(
    t,
    {
      localAs: 64513,
      routerId: '192.0.2.2',
      listenPort: rightPort,
      listenAddresses: [RIGHT],
      announce: [{ prefixes: ['192.0.2.128/25'] }],
      neighbors: [{ ...neighbor, address: LEFT, remoteAs: 64512, port: leftPort, localAddress: RIGHT }],
    },
    { arguments: ['--no-ebgp-requires-policy'] },
  );
  const both = { left: await left, right: await right };
  const families = async (speaker: SpeakerProcess, address: string) =>
    (await speaker.control.neighbor(address)).families[0];
  await eventually(async () => (await families(both.right, LEFT))?.accepted === 2, patient);
  await eventually(async () => (await families(both.left, RIGHT))?.accepted === 1, patient);
  await eventually(async () => (await families(both.left, RIGHT))?.advertised === 2, patient);
  return both;
}

/** A page of a table comes in the order of the table's rows. */
function byPrefix(routes: unknown): unknown {
  return (routes as { prefix: string }[]).sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
}

t.test('two speakers on loopback', async (t) => {
  const { left, right } = await pair(t);
  await t.test('each show command prints a table, and JSON', (t) => shows(t, left, right));
  await t.test('SIGTERM tells the neighbor why, removes the socket, and ends well', (t) =>
    ends(t, left, right),
  );
});

async function shows(t: Test, left: SpeakerProcess, right: SpeakerProcess): Promise<void> {
  const show = async (speaker: SpeakerProcess, ...words: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await command(['show', ...words, '--socket', speaker.socket]);
    t.match({ status, stderr }, { status: 0, stderr: '' }, words.join(' '));
    return stdout;
  };
  const json = async (speaker: SpeakerProcess, ...words: readonly string[]): Promise<unknown> =>
    JSON.parse(await show(speaker, ...words, '--json'));

  t.match(
    await show(left, 'neighbors'),
    /1 of 1 sessions established[\s\S]*127\.0\.0\.62 +64513 +established/,
  );
  t.match(await json(left, 'neighbors'), [
    { address: RIGHT, state: 'established', families: [{ received: 1, accepted: 1, advertised: 2 }] },
  ]);
  const detail = await show(left, 'neighbors', RIGHT);
  for (const text of [
    'the right one',
    'router id',
    '192.0.2.2',
    'hold time',
    '90 s, keepalive 30 s',
    'four-octet-as',
  ])
    t.ok(detail.includes(text), `the detail has ${text}`);
  t.match(await json(left, 'neighbors', RIGHT), { remoteRouterId: '192.0.2.2', md5: false });

  const rib = await show(right, 'rib');
  t.match(rib, /\* +203\.0\.113\.0\/24 +127\.0\.0\.61 +127\.0\.0\.61 +7 +64512 +igp/);
  t.match(rib, /\* +192\.0\.2\.128\/25 .*local \(config\)/);
  t.match(byPrefix(await json(right, 'rib')), [
    { prefix: '192.0.2.128/25' },
    { prefix: '198.51.100.0/25' },
    { prefix: '203.0.113.0/24', paths: [{ best: true, attributes: { med: 7 } }] },
  ]);
  t.match(await json(right, 'rib', '203.0.113.99'), [{ prefix: '203.0.113.0/24' }], 'the longest match');
  t.same(await json(right, 'rib', '10.0.0.0/8'), []);
  t.match(await show(right, 'rib', '10.0.0.0/8'), /the table is empty/);

  t.match(await show(right, 'received', LEFT), /203\.0\.113\.0\/24 .*64512:1 64512:2/);
  t.equal(((await json(right, 'received', LEFT)) as unknown[]).length, 2);
  t.equal(((await json(right, 'received', LEFT, '--limit', '1')) as unknown[]).length, 1);
  t.match(await show(left, 'advertised', RIGHT), /198\.51\.100\.0\/25/);

  const explained = await show(left, 'explain', '203.0.113.1', '--to', RIGHT);
  t.match(explained, /203\.0\.113\.0\/24: import/);
  t.match(explained, /local \(config\) +0\.0\.0\.0 +only path/);
  t.match(explained, /\+ +local +accept-all +accepted by statement accept-all/);
  t.match(explained, /advertised: the path from local goes out/);
  t.match(await json(right, 'explain', '203.0.113.0/24'), {
    imports: [{ peer: LEFT, statement: 'accept-all' }],
  });
  t.match(byPrefix(await json(left, 'advertised', RIGHT)), [
    { prefix: '198.51.100.0/25', paths: [{ nextHop: LEFT, attributes: { asPath: [{ ases: [64512] }] } }] },
    { prefix: '203.0.113.0/24' },
  ]);

  const unknown = await peerage(t, ['show', 'received', '192.0.2.99', '--socket', left.socket]);
  t.equal(unknown.status, 1);
  t.match(unknown.stderr, /192\.0\.2\.99/);
  t.notMatch(unknown.stderr, stack, 'no stack');
}

async function ends(t: Test, left: SpeakerProcess, right: SpeakerProcess): Promise<void> {
  left.child.kill('SIGTERM');
  t.match(await left.ended, { status: 0, signal: null });
  t.equal(existsSync(left.socket), false, 'the control socket is gone');
  const peer = await eventually(async () => {
    const one = await right.control.neighbor(LEFT);
    return one.lastNotification !== undefined && one;
  }, patient);
  t.match(peer.lastNotification, {
    direction: 'received',
    code: 6,
    subcode: 2,
    communication: 'speaker stopped by SIGTERM',
  });
  const shown = await command(['show', 'neighbors', LEFT, '--socket', right.socket]);
  t.match(shown.stdout, /last notification +received 6\/2 .*speaker stopped by SIGTERM/);
  t.same(
    JSON.parse((await command(['show', 'received', LEFT, '--json', '--socket', right.socket])).stdout),
    [],
    'its routes are gone',
  );
  const gone = await command(['show', 'neighbors', '--socket', left.socket]);
  t.equal(gone.status, 1);
  t.match(gone.stderr, new RegExp(left.socket));
}

/** A neighbour that takes every byte and never closes: a speaker that waits for its FIN has to wait. */
async function stubborn(t: Teardown): Promise<{ readonly port: number; readonly sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.resume();
  });
  server.listen(0, RIGHT);
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, sockets };
}

t.test('a second SIGTERM ends the speaker at once; the socket it left is taken over', async (t) => {
  const { port } = await stubborn(t);
  const config: SpeakerFile = {
    localAs: 64512,
    routerId: '192.0.2.1',
    listenPort: 0,
    listenAddresses: [LEFT],
    neighbors: [{ address: RIGHT, remoteAs: 64513, port, localAddress: LEFT }],
  };
  const speaker = await startSpeaker(t, config);
  await eventually(async () => (await speaker.control.neighbor(RIGHT)).state === 'opensent', patient);
  speaker.child.kill('SIGTERM');
  await eventually(() => speaker.control.status().then(() => true));
  t.equal(speaker.child.exitCode, null, 'it waits for its neighbor');
  speaker.child.kill('SIGTERM');
  t.match(await speaker.ended, { status: 130 }, 'it waits no longer');

  const file = join(tempDir(t), 'again.json');
  writeFileSync(file, JSON.stringify({ ...config, neighbors: [] }));
  const again = startPeerage(t, ['speaker', '--config', file, '--socket', speaker.socket]);
  await eventually(() => again.stdout().includes('listening on'), patient);
  t.match(
    JSON.parse((await command(['show', 'neighbors', '--json', '--socket', speaker.socket])).stdout),
    [],
  );
});

t.test('a port in use is told with the port, status 1, and no socket stays', async (t) => {
  const { port } = await stubborn(t);
  const folder = tempDir(t);
  const [file, socket] = [join(folder, 'speaker.yaml'), join(folder, 'speaker.sock')];
  const config: SpeakerFile = {
    localAs: 64512,
    routerId: '192.0.2.1',
    listenPort: port,
    listenAddresses: [RIGHT],
  };
  writeFileSync(file, stringify(config));
  const { status, stderr } = await peerage(t, ['speaker', '--config', file, '--socket', socket]);
  t.equal(status, 1);
  t.match(stderr, new RegExp(`^peerage: cannot listen on ${RIGHT} port ${port}: `, 'm'));
  t.notMatch(stderr, stack, 'no stack');
  t.equal(existsSync(socket), false);
});

t.test('a second speaker on the same control socket is refused', async (t) => {
  const config: SpeakerFile = {
    localAs: 64512,
    routerId: '192.0.2.1',
    listenPort: 0,
    listenAddresses: [LEFT],
  };
  const first = await startSpeaker(t, config);
  const file = join(tempDir(t), 'second.json');
  writeFileSync(file, JSON.stringify(config));
  const { status, stderr } = await peerage(t, ['speaker', '--config', file, '--socket', first.socket]);
  t.equal(status, 1);
  t.ok(stderr.includes(`another process answers on ${first.socket}`), stderr);
  t.match(await first.control.status(), { localAs: 64512 }, 'the first one goes on');
});

t.test('a bad configuration file: status 2, every mistake with its place', async (t) => {
  const folder = tempDir(t);
  const file = join(folder, 'speaker.yaml');
  const socket = join(folder, 'speaker.sock');
  const args = ['speaker', '--config', file, '--socket', socket];
  const tell = async (text: string, run: typeof command = command): Promise<string> => {
    writeFileSync(file, text);
    const { status, stdout, stderr } = await run(args);
    t.match({ status, stdout }, { status: 2, stdout: '' }, stderr);
    t.notMatch(stderr, stack, 'no stack');
    t.equal(existsSync(socket), false);
    return stderr;
  };
  const schema = await tell(
    'localAs: 0\nrouterId: 192.0.2.1\nneighbors:\n  - {address: 192.0.2.2, remoteas: 1}\n',
    (args) => peerage(t, args),
  );
  t.match(schema, /speaker\.yaml: localAs: /);
  t.match(schema, /neighbors\.0\.remoteAs: /);
  t.match(schema, /remoteas/);
  t.match(await tell('localAs: [1\n'), /speaker\.yaml: .*line 2/);
  t.match(
    await tell(
      'localAs: 1\nrouterId: 192.0.2.1\nneighbors: [{address: 192.0.2.2, remoteAs: 2, passwordFile: /nowhere}]\n',
    ),
    /password file \/nowhere/,
  );
  // What only the library can tell is a mistake in the file as well.
  t.match(await tell('localAs: 1\nrouterId: 0.0.0.0\n'), /routerId.*0\.0\.0\.0/);
  t.match(
    await tell(
      'localAs: 1\nrouterId: 192.0.2.1\nneighbors: [{address: 192.0.2.2, remoteAs: 2, holdTime: 2}]\n',
    ),
    /hold ?time.*got 2/i,
  );
  t.match(
    await tell('localAs: 1\nrouterId: 192.0.2.1\nannounce: [{prefixes: [192.0.2.1/24]}]\n'),
    /192\.0\.2\.1\/24.*192\.0\.2\.0\/24/,
  );
  const missing = await command(['speaker', '--config', join(folder, 'none.yaml')]);
  t.match(missing, { status: 2, stderr: /none\.yaml/ });
  t.match(await command(['speaker']), { status: 2, stderr: /--config/ });
});
