import { eventually, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { type Relay, type Relayed, relayed, relays } from './relays.js';

const [OURS, THEIRS] = ['203.0.113.0/24', '198.51.100.0/24'];
const ases = [4_200_000_001, 4_200_000_002, 4_200_000_003] as const;
const text = 'maintenance';

type Name = Relay['name'];

/** In the words of each: how it stands with the left one of ours. */
const neighborCommand: Readonly<Record<Name, (one: Relayed) => string>> = {
  FRR: ({ left }) => `show bgp neighbors ${left.address}`,
  BIRD: () => 'show protocols all n0',
  GoBGP: ({ left }) => `neighbor ${left.address}`,
  OpenBGPD: ({ left }) => `show neighbor ${left.address}`,
};

/** It sees the hold time of 30 s that we offered, and our capabilities. */
const neighborShows: Readonly<Record<Name, readonly RegExp[]>> = {
  FRR: [
    /Hold time is 30 seconds/i,
    /4 Byte AS: advertised and received/,
    /Route refresh: advertised and received/,
  ],
  BIRD: [/Hold timer: +[\d.]+\/30/, /Neighbor capabilities[\s\S]*4-octet AS numbers[\s\S]*/, /Route refresh/],
  GoBGP: [
    /Hold time is 30/,
    /4-octet-as:\s+advertised and received/,
    /route-refresh:\s+advertised and received/,
    /name: leaf-1, domain: example\.net/,
  ],
  OpenBGPD: [/holdtime 30s/, /4-byte AS numbers/, /Route Refresh/],
};

/** Asks us to send everything again. GoBGP never does: it keeps what it received. */
const refresh: Readonly<Partial<Record<Name, (one: Relayed) => string>>> = {
  FRR: ({ left }) => `clear bgp ipv4 unicast ${left.address} soft in`,
  BIRD: () => 'reload in n0',
  OpenBGPD: ({ left }) => `neighbor ${left.address} refresh`,
};

/** Ends the session with the left one, and says why. */
const shutdown: Readonly<Record<Name, (one: Relayed) => string>> = {
  FRR: ({ left, hub }) =>
    `configure terminal\nrouter bgp ${hub.as}\nneighbor ${left.address} shutdown message ${text}`,
  BIRD: () => `disable n0 "${text}"`,
  GoBGP: ({ left }) => `neighbor ${left.address} shutdown --reason ${text}`,
  OpenBGPD: ({ left }) => `neighbor ${left.address} down ${text}`,
};

for (const [i, relay] of relays.entries()) {
  t.test(
    `${relay.name}: hold time, 4-octet AS numbers, capabilities, route refresh, shutdown text`,
    relay.required,
    async (t) => {
      proves(t, ['hold-time', 'four-octet-as', 'capabilities'], relay.name);
      proves(t, 'shutdown-text', relay.name, ['theirs']);
      if (relay.name === 'GoBGP') proves(t, 'host-names', relay.name);
      const ask = refresh[relay.name];
      if (ask !== undefined) proves(t, 'route-refresh', relay.name, ['theirs']);
      const one = await relayed(t, relay, {
        at: [21 + i * 3, 22 + i * 3, 23 + i * 3],
        ases,
        right: { holdTime: 21 },
        left: { holdTime: 90 },
        hub: { networks: [THEIRS] },
        speaker: { hostName: 'leaf-1', domainName: 'example.net' },
        leftPeer: { holdTime: 30 },
        rightPeer: { holdTime: 60 },
      });
      const { left, right, daemon, status, shows } = one;
      left.speaker.announce({ prefixes: [OURS] });
      await one.up();
      t.match(status(left), { holdTime: 30, keepaliveTime: 10, remoteAs: ases[0] });
      t.match(status(right), { holdTime: 21, keepaliveTime: 7 });
      t.match(status(left).capabilities.join(), /four-octet-as/);
      if (relay.name === 'GoBGP') t.ok(status(left).remoteHostName);
      const seen = await daemon.query(neighborCommand[relay.name](one));
      for (const line of neighborShows[relay.name]) t.match(seen, line);

      const path = await eventually(() => right.speaker.rib({ prefix: OURS }).routes[0]?.paths[0]);
      t.same(path.attributes.asPath, [{ type: 'sequence', ases: [ases[0], ases[1]] }]);
      t.match(await shows(OURS), String(ases[1]));

      const before = status(left);
      if (ask !== undefined) {
        await daemon.query(ask(one));
        await eventually(() => status(left).received.routeRefresh > before.received.routeRefresh);
        await eventually(() => status(left).sent.update > before.sent.update);
        t.equal(status(left).flaps, 0);
      }

      await daemon.query(shutdown[relay.name](one));
      const told = await eventually(() => status(left).lastNotification);
      t.match(told, { direction: 'received', code: 6, subcode: 2, communication: text });
    },
  );
}

proofsOf(t, import.meta.url);
