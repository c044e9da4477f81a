import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { parseCommunity } from '../../src/policy/community.js';
import { compilePolicies } from '../../src/policy/policies.js';
import { connect, frrHub, type Hub, startOurs } from './hub.js';

const HOST = '198.51.100.7/32';
const LEAVING = '203.0.113.0/24';

t.test(
  'BLACKHOLE and GRACEFUL_SHUTDOWN of FRR do what the ready-made policies say',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    proves(t, ['blackhole', 'graceful-shutdown'], 'FRR', ['theirs']);
    const us = await startOurs(t, '127.0.0.181', 64_512);
    const hub: Hub = {
      ...{
        address: '127.0.0.182',
        port: await freePort('127.0.0.182'),
        as: 64_514,
        routerId: '198.51.100.3',
      },
      networks: [`${HOST} route-map BLACKHOLE`, `${LEAVING} route-map LEAVING`],
      neighbors: [us],
      before: [
        'route-map BLACKHOLE permit 10',
        ' set community blackhole',
        'route-map LEAVING permit 10',
        ' set community graceful-shutdown',
      ],
    };
    const frr = await frrHub(t, hub);
    const policies = compilePolicies({
      policies: { in: [{ call: 'graceful-shutdown' }, { call: 'blackhole' }, { action: 'accept' }] },
    });
    connect(us, hub, { importPolicy: policies.get('in')! });
    const learned = (prefix: string) => us.speaker.rib({ prefix }).routes[0]?.paths[0]?.attributes;
    const blackhole = await eventually(() => learned(HOST), { timeout: 30_000 });
    t.strictSame(blackhole.communities, [parseCommunity('blackhole'), parseCommunity('no-export')]);
    const leaving = await eventually(() => learned(LEAVING), { timeout: 30_000 });
    t.match(leaving, { localPref: 0, communities: [parseCommunity('graceful-shutdown')] });
    t.match(await frr.query(`show bgp ipv4 unicast ${HOST}`), /Community: blackhole/);
    t.match(await frr.query(`show bgp ipv4 unicast ${LEAVING}`), /Community: graceful-shutdown/);
  },
);

proofsOf(t, import.meta.url);
