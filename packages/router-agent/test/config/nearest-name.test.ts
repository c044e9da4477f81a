import t from 'tap';
import { nearestName } from '../../src/config/nearest-name.js';

t.test('nearestName finds the name with the fewest edits, whatever the case and the dashes', async (t) => {
  const names = ['cluster-asn', 'cluster-cidr', 'v', 'metrics-port'];
  t.equal(nearestName('cluster-sn', names), 'cluster-asn');
  t.equal(nearestName('CLUSTER_CIDR', names), 'cluster-cidr');
  t.equal(nearestName('metric-port', names), 'metrics-port');
  t.equal(nearestName('wholly-different', names), null);
  t.equal(nearestName('', ['abc']), null);
});
