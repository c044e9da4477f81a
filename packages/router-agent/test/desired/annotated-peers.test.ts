import t from 'tap';
import { annotatedPeers, externalPeersOf } from '../../src/desired/annotated-peers.js';
import { annotatedPeerCases } from '../cases/annotated-peer-cases.js';
import { configOf } from '../config-of.js';
import { ownNodeOf } from './samples.js';

for (const { title, annotations, flags = [], peers, tells } of annotatedPeerCases) {
  t.test(`peers in annotations: ${title}`, async (t) => {
    const own = ownNodeOf('n1', { annotations: annotations as Readonly<Record<string, string>> });
    const found = annotatedPeers(own, configOf('n1', flags));
    t.strictSame(found.peers, peers);
    t.equal(found.problems.length, tells.length, JSON.stringify(found.problems));
    for (const [i, tell] of tells.entries()) t.match(found.problems[i], { place: 'nodes/n1', message: tell });
  });
}

t.test('flags come before annotations', async (t) => {
  const own = ownNodeOf('n1', {
    annotations: { 'kube-router.io/peers': '- {remoteip: 10.0.0.2, remoteasn: 64641}' },
  });
  const flags = ['--peer-router-ips=10.0.0.1', '--peer-router-asns=64640'];
  t.match(externalPeersOf(own, configOf('n1', flags)).peers, [{ address: '10.0.0.1' }]);
  t.match(externalPeersOf(own, configOf('n1')).peers, [{ address: '10.0.0.2' }]);
});
