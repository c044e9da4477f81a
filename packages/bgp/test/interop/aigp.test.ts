import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { birdHub, connect, type Hub, startOurs } from './hub.js';

const OURS = '203.0.113.0/24';
const THEIRS = '198.51.100.0/24';

t.test(
  'AIGP goes to BIRD and comes from it where both exchange it, and not where one does not',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    proves(t, 'aigp', 'BIRD');
    const us = await startOurs(t, '127.0.0.141', 64_512);
    const deaf = await startOurs(t, '127.0.0.142', 64_513);
    const hub: Hub = {
      ...{
        address: '127.0.0.143',
        port: await freePort('127.0.0.143'),
        as: 64_514,
        routerId: '198.51.100.3',
      },
      networks: [`${THEIRS} { igp_metric = 9; }`],
      neighbors: [
        { ...us, channel: ['aigp originate;'] },
        { ...deaf, channel: ['aigp originate;'] },
      ],
    };
    const bird = await birdHub(t, hub);
    connect(us, hub, { aigp: true });
    connect(deaf, hub);
    us.speaker.announce({ prefixes: [OURS], attributes: { aigp: '4294967301' } });
    deaf.speaker.announce({ prefixes: ['203.0.113.128/25'], attributes: { aigp: '5' } });

    const learned = (at: typeof us) =>
      at.speaker.rib({ prefix: THEIRS }).routes[0]?.paths.find(({ peer }) => peer === hub.address);
    t.match((await eventually(() => learned(us), { timeout: 30_000 })).attributes.aigp, /^9$/);
    t.equal((await eventually(() => learned(deaf), { timeout: 30_000 })).attributes.aigp, undefined);

    const shown = (prefix: string) => bird.query(`show route for ${prefix} all`).catch(() => '');
    const ours = await eventually(async () => /AS64512/.test(await shown(OURS)) && shown(OURS), {
      timeout: 30_000,
    });
    t.match(ours, /BGP\.aigp: 4294967301/);
    const theirs = await eventually(
      async () => /AS64513/.test(await shown('203.0.113.128/25')) && shown('203.0.113.128/25'),
    );
    t.notMatch(theirs, /aigp/);
  },
);

proofsOf(t, import.meta.url);
