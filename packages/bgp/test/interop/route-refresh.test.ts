import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { BgpSpeaker } from '../../src/index.js';
import { nodePorts } from '../../src/node/index.js';
import { acceptAll } from '../../src/policy/defaults.js';
import type { PeerStatus } from '../../src/speaker/views/status.js';
import { bird } from './bird.js';
import { frr } from './frr.js';
import { gobgp } from './gobgp.js';
import { openbgpd } from './openbgpd.js';
import { originated } from './subject.js';

const OURS = '203.0.113.0/24';
const us = '127.0.4.1';

/**
 * How each daemon is told to ask us for our routes again. GoBGP 3.10 does not ask, it judges anew what it has. `marks`: it marks
 * what it sends again, and understands our marks. OpenBGPD 7.7 refuses our request: the family were not negotiated.
 */
const daemons = [
  { implementation: frr, softIn: `clear bgp ipv4 unicast ${us} soft in`, answers: true, marks: true },
  { implementation: bird, softIn: 'reload in speaker', answers: true, marks: true },
  { implementation: gobgp, softIn: null, answers: true, marks: false },
  { implementation: openbgpd, softIn: `neighbor ${us} refresh`, answers: false, marks: false },
] as const;

for (const [i, { implementation, softIn, answers, marks }] of daemons.entries()) {
  const { name } = implementation;
  t.test(
    `${name} is asked to send its routes again, and asks us`,
    needs(...implementation.needs),
    async (t) => {
      const features = marks ? (['route-refresh', 'enhanced-refresh'] as const) : 'route-refresh';
      if (answers) proves(t, features, name, ['ours']);
      if (softIn !== null) proves(t, features, name, ['theirs']);
      const speaker = { address: us, port: await freePort(us), as: 64_512 };
      const address = `127.0.4.${2 + i}`;
      const them = { address, port: await freePort(address), as: 64_513, routerId: '198.51.100.2' };
      const daemon = await implementation.start(t, {
        daemon: them,
        speaker,
        expectedAs: 64_512,
        passive: true,
      });
      const end = new BgpSpeaker({ localAs: 64_512, routerId: '203.0.113.1' }, nodePorts());
      t.teardown(() => end.close());
      end.addPeer({
        address,
        remoteAs: them.as,
        port: them.port,
        localAddress: us,
        families: ['ipv4-unicast'],
        connectRetryTime: 1,
        nextHop: { 'ipv4-unicast': '192.0.2.70' },
        importPolicy: acceptAll,
        exportPolicy: acceptAll,
        // FRR 8.4 leaves requests unanswered before its End-of-RIB, which it sends only beside graceful restart.
        gracefulRestart: {},
      });
      end.announce({ prefixes: [OURS] });
      await end.start();
      const status = (): PeerStatus => end.peer(address)!;
      const refreshes = (): readonly number[] => [status().received.routeRefresh, status().sent.routeRefresh];
      const isThere = () => end.rib({ prefix: originated.ipv4 }).routes[0]?.paths[0] !== undefined;
      await eventually(isThere, { timeout: 30_000 });
      await eventually(() => daemon.route(OURS), { timeout: 30_000 });
      if (marks) await eventually(() => status().families[0]?.endOfRib === true, { timeout: 30_000 });
      const withdrawn = watchWithdrawals(end);

      const [before = 0] = refreshes();
      let requests = 0;
      if (answers) {
        const updates = status().received.update;
        t.same(end.refreshPeer(address, 'in'), ['ipv4-unicast']);
        requests++;
        await eventually(() => status().received.update > updates, { timeout: 30_000 });
        if (marks) await eventually(() => refreshes()[0] === before + 2, { timeout: 30_000 });
        t.equal(refreshes()[0], before + (marks ? 2 : 0), 'Begin-of-RR and End-of-RR, where it knows them');
        t.ok(isThere());
        t.equal(status().families[0]?.stale, undefined);
      }
      if (softIn !== null) {
        const [received = 0] = refreshes();
        const updates = status().sent.update;
        await daemon.query(softIn);
        await eventually(() => refreshes()[0] === received + 1, { timeout: 30_000 });
        await eventually(() => status().sent.update > updates, { timeout: 30_000 });
        await eventually(() => refreshes()[1] === requests + (marks ? 2 : 0), { timeout: 30_000 });
        t.ok(await daemon.route(OURS), 'it has our route still');
      }
      t.same(withdrawn, []);
      t.match(status(), { state: 'established', flaps: 0 });
    },
  );
}

function watchWithdrawals(speaker: BgpSpeaker): readonly string[] {
  const withdrawn: string[] = [];
  speaker.addRouteSink({
    routes(changes) {
      for (let i = 0; i < changes.length; i++) if (changes.nextHopCount(i) === 0) withdrawn.push(`${i}`);
    },
    inSync() {},
  });
  return withdrawn;
}

proofsOf(t, import.meta.url);
