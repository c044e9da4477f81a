// A route collector: learns from routers, announces nothing, and tells every change to whoever asks, as lines of JSON.
// node collector.js LOCAL-AS HTTP-PORT ROUTER-ADDRESS ROUTER-AS [ROUTER-PORT]
//
//   curl -N http://127.0.0.1:8080/                     the table as it is, an in-sync mark, then changes
//   curl -N http://127.0.0.1:8080/?since=TOKEN         only what changed after the line with that token
import { once } from 'node:events';
import { createServer } from 'node:http';
import { acceptAll, BgpError, rejectAll } from '@peerage/bgp';
import { createSpeaker } from '@peerage/bgp/node';

const [localAs, httpPort, address = '', remoteAs, port = '179'] = process.argv.slice(2);
const speaker = createSpeaker({ localAs: Number(localAs), routerId: '192.0.2.1' });
speaker.on('peer:established', (peer) => console.log(`${peer.address}: session is up`));
speaker.on('peer:down', (peer, error) => console.log(`${peer.address}: ${error.message}`));
speaker.addPeer({
  address,
  remoteAs: Number(remoteAs),
  port: Number(port),
  families: ['ipv4-unicast', 'ipv6-unicast'],
  importPolicy: acceptAll,
  exportPolicy: rejectAll,
});
await speaker.start();

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://collector');
  const [since, prefix] = [url.searchParams.get('since'), url.searchParams.get('prefix')];
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const changes = speaker.changes({
      signal: gone.signal,
      ...(since !== null && { since }),
      ...(prefix !== null && { prefix }),
    });
    response.writeHead(200, { 'content-type': 'application/jsonl' });
    for await (const event of changes) {
      // A reader that is slow holds up nobody: it is told the newest state of each prefix when it comes back.
      const hasRoom = response.write(`${JSON.stringify(event)}\n`);
      if (!hasRoom) await once(response, 'drain', { signal: gone.signal });
    }
    response.end();
  } catch (error) {
    if (gone.signal.aborted) return;
    const message = error instanceof BgpError ? `${error.code}: ${error.message}` : String(error);
    response.writeHead(400, { 'content-type': 'text/plain' }).end(`${message}\n`);
  }
});
server.listen(Number(httpPort), '127.0.0.1', () => console.log('ready'));

process.once('SIGTERM', async () => {
  await speaker.close({ communication: 'the collector ends' });
  server.close();
});
