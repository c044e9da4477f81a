// A route reflector (RFC 4456): every router of a range that dials is a client, and is sent all paths of all others.
// node reflector.js AS LISTEN-ADDRESS CLIENT-PREFIX [PORT]
import { createSpeaker } from '@peerage/bgp/node';

const [as = '64512', address = '127.0.0.1', clients = '127.0.0.0/24', port = '179'] = process.argv.slice(2);
const speaker = createSpeaker({
  localAs: Number(as),
  routerId: '192.0.2.1',
  clusterId: '192.0.2.1',
  listen: [{ address, port: Number(port) }],
});

speaker.on('peer:established', (peer) => {
  const paths = peer.families.map(({ family, addPath = 'one path' }) => `${family} (${addPath})`);
  console.log(`client ${peer.address}: session is up, ${paths.join(', ')}`);
});
speaker.on('peer:down', (peer, error) => console.log(`client ${peer.address}: ${error.message}`));

// Clients are not configured one by one: they dial, and are forgotten when their session ends.
speaker.addPeerRange({
  prefix: clients,
  remoteAs: Number(as),
  limit: 500,
  routeReflectorClient: true,
  families: ['ipv4-unicast', 'ipv6-unicast'],
  // The next hop is the client's own, so the reflector needs none: it only passes on.
  nextHop: { 'ipv4-unicast': '192.0.2.1', 'ipv6-unicast': '2001:db8::1' },
  // RFC 7911: those who can take several paths get all of them, and choose for themselves.
  addPath: { receive: true, send: 'all' },
  maxPrefixes: { 'ipv4-unicast': 1_000_000, 'ipv6-unicast': 250_000 },
});
await speaker.start();
console.log('ready');

process.once('SIGTERM', () => speaker.close({ communication: 'the reflector ends' }));
