import { type DaemonName, eventually, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { relayed, relays } from './relays.js';

const PREFIX = '203.0.113.0/24';
const routeTarget = '0002fc5900000007';
/** 125,000 octets a second, which may not leave the AS. */
const linkBandwidth = '4004fc5947f42400';
/** Route target 2001:db8::1 with the number 9. */
const ipv6RouteTarget = '000220010db80000000000000000000000010009';
const unknownCode = 199;
const unknownValue = Uint8Array.of(1, 2, 3);
const flags = { optionalTransitive: 0xc0, andPartial: 0xe0 } as const;

/** What each shows of the route, on its own command line. */
const shown: Readonly<Record<(typeof relays)[number]['name'], readonly RegExp[]>> = {
  FRR: [/RT:64601:7/, /LB:64601:125000/],
  BIRD: [/\(rt, 64601, 7\)/, /0x4004, 64601, 1207182336/, /BGP\.c7 \[t\]: 01 02 03/],
  GoBGP: [/Extcomms: \[64601:7\], \[64601:125000\]/, /BGPAttrType\(199\), Value: \[1 2 3\]/],
  OpenBGPD: [/rt 64601:7/, /Unknown Attribute #199 flags \[OT\]:\s+len 3: 01 02 03/],
};
/** OpenBGPD removes what an external peer may not send. */
const takesBandwidth = (name: DaemonName): boolean => name !== 'OpenBGPD';
const knowsIpv6Communities = (name: DaemonName): boolean => name === 'GoBGP';

for (const [i, relay] of relays.entries()) {
  t.test(
    `${relay.name} shows our attributes, and passes them on to another of ours inside its AS`,
    relay.required,
    async (t) => {
      proves(t, ['extended-communities', 'unknown-attribute'], relay.name);
      if (takesBandwidth(relay.name)) proves(t, 'link-bandwidth', relay.name);
      if (knowsIpv6Communities(relay.name)) proves(t, 'ipv6-extended-communities', relay.name);
      const { left, right, shows } = await relayed(t, relay, {
        at: [1 + i * 3, 2 + i * 3, 3 + i * 3],
        ases: [64_513, 64_601, 64_513],
      });
      left.speaker.announce({
        prefixes: [PREFIX],
        attributes: {
          extendedCommunities: [routeTarget, linkBandwidth],
          ipv6ExtendedCommunities: [ipv6RouteTarget],
          unknown: [{ code: unknownCode, flags: flags.optionalTransitive, value: unknownValue }],
        },
      });
      const path = await eventually(() => right.speaker.rib({ prefix: PREFIX }).routes[0]?.paths[0], {
        timeout: 30_000,
      });
      t.match(path, {
        nextHop: `192.0.2.${2 + i * 3}`,
        attributes: {
          asPath: [{ type: 'sequence', ases: [64_601] }],
          localPref: 100,
        },
      });
      // FRR 8.4 drops them; those who do not know the attribute pass it on.
      if (relay.name !== 'FRR') t.same(path.attributes.ipv6ExtendedCommunities, [ipv6RouteTarget]);
      t.same(
        path.attributes.extendedCommunities,
        takesBandwidth(relay.name) ? [routeTarget, linkBandwidth] : [routeTarget],
      );
      // RFC 4271 §5: who passes on what it does not know sets the Partial bit; GoBGP 3 does not.
      const partial = relay.name === 'GoBGP' ? flags.optionalTransitive : flags.andPartial;
      t.same(path.attributes.unknown, [{ code: unknownCode, flags: partial, value: unknownValue }]);
      const text = await shows(PREFIX);
      for (const line of shown[relay.name]) t.match(text, line);
    },
  );
}

proofsOf(t, import.meta.url);
