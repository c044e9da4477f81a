// A speaker without a cluster, in a namespace of its own: says when its session is up, then announces and withdraws what it is told on
// its standard input, a line at a time.
//
//   lone-speaker-process.ts LOCAL-ADDRESS LOCAL-AS ROUTER-ADDRESS ROUTER-AS
import { createInterface } from 'node:readline';
import { acceptAll, BgpSpeaker } from '@peerage/bgp';
import { nodePorts } from '@peerage/bgp/node';

const [address = '', as = '', router = '', routerAs = ''] = process.argv.slice(2);
const speaker = new BgpSpeaker({ localAs: Number(as), routerId: address }, nodePorts());
speaker.addPeer({
  address: router,
  remoteAs: Number(routerAs),
  localAddress: address,
  importPolicy: acceptAll,
  exportPolicy: acceptAll,
});
speaker.on('peer:established', () => console.log('established'));
await speaker.start();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [verb, prefix = ''] = line.split(' ');
    if (verb === 'announce') speaker.announce({ prefixes: [prefix] });
    else speaker.withdraw([prefix]);
  })
  .on('close', () => process.exit(0));
