import t from 'tap';
import { plotOf } from '../../bench/changes/plot.js';
import { readRouteNews } from '../../bench/changes/route-watch.js';
import { quantile, spreadOf } from '../../bench/changes/statistics.js';

t.test('news of the kernel are read as ip tells them', async (t) => {
  const many =
    '10.64.1.7 nhid 12 proto bgp metric 20 \\\tnexthop via 192.168.1.12 dev eth0 weight 1 \\\tnexthop via 192.168.1.11 dev eth0 weight 1 ';
  t.same(readRouteNews(many), {
    isGone: false,
    destination: '10.64.1.7/32',
    gateways: ['192.168.1.11', '192.168.1.12'],
  });
  t.same(readRouteNews('Deleted 10.49.2.0/24 via 192.168.1.11 dev eth0 proto 17 '), {
    isGone: true,
    destination: '10.49.2.0/24',
    gateways: ['192.168.1.11'],
  });
  for (const line of ['local 10.0.0.1 dev eth0 table local', 'default via 192.0.2.1 dev eth0', '']) {
    t.equal(readRouteNews(line), null, line);
  }
});

t.test('quantiles are values that were measured', async (t) => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);
  t.same(spreadOf(values), { median: 50, p90: 90, p99: 99, max: 100 });
  t.equal(quantile([7], 0.99), 7);
});

t.test('the plot has a dot for each round', async (t) => {
  const svg = plotOf([
    { what: 'a', values: [1, 20, 300] },
    { what: 'b', values: [99_999] },
  ]);
  t.equal(svg.match(/<circle/g)?.length, 4);
  t.notMatch(svg, /NaN|undefined/);
});
