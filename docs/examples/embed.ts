// Announces one prefix to a BGP router, and prints the routes that it learns from it.
// node embed.js ROUTER-ADDRESS ROUTER-AS [PORT]
import { changedRoutes, parseCommunity } from '@peerage/bgp';
import { createSpeaker } from '@peerage/bgp/node';

const [address = '192.0.2.254', remoteAs = '64513', port = '179'] = process.argv.slice(2);
const speaker = createSpeaker({ localAs: 64512, routerId: '192.0.2.1', ebgpRequiresPolicy: false });

speaker.on('peer:established', (peer) => console.log(`${peer.address}: session is up`));
speaker.on('peer:down', (peer, error) => console.log(`${peer.address}: ${error.message}`));
speaker.addRouteSink({
  routes(changes) {
    for (const { prefix, nextHops, local } of changedRoutes(changes)) {
      if (!local) console.log(prefix, nextHops.length > 0 ? `via ${nextHops.join(', ')}` : 'is gone');
    }
  },
  inSync() {},
});
speaker.addPeer({ address, remoteAs: Number(remoteAs), port: Number(port) });
speaker.announce({ prefixes: ['203.0.113.0/24'], attributes: { communities: [parseCommunity('64512:1')] } });
await speaker.start();
process.once('SIGTERM', () => speaker.close({ communication: 'the example ends' }));
