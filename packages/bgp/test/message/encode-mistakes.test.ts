import t from 'tap';
import { encodeCapabilities } from '../../src/capabilities/capabilities.js';
import type { Capability } from '../../src/capabilities/capability.js';
import { encodeOpen, type OpenMessage } from '../../src/message/open.js';
import { encodeRouteRefresh } from '../../src/message/route-refresh.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { damaged, rawError } from '../mistakes.js';

const CAPABILITIES: readonly Capability[] = [
  { name: 'multiprotocol', family: IPV4_UNICAST },
  { name: 'route-refresh' },
  {
    name: 'graceful-restart',
    restartTime: 120,
    restarted: true,
    notification: false,
    families: [{ family: IPV6_UNICAST, forwarding: true }],
  },
  { name: 'four-octet-as', as: 70_000 },
  { name: 'add-path', families: [{ family: IPV4_UNICAST, mode: 'both' }] },
  { name: 'extended-next-hop', families: [{ family: IPV4_UNICAST, nextHopAfi: 2 }] },
  { name: 'role', role: 'customer' },
  { name: 'fqdn', host: 'r1', domain: 'example.net' },
  {
    name: 'long-lived-graceful-restart',
    families: [{ family: IPV4_UNICAST, forwarding: false, staleTime: 3600 }],
  },
  { name: 'software-version', version: 'x' },
  { name: 'unknown', code: 200, value: Uint8Array.of(1) },
];
const OPEN: OpenMessage = {
  version: 4,
  as: 64_512,
  holdTime: 90,
  routerId: 1,
  capabilities: CAPABILITIES,
};

t.test(
  'junk anywhere in what is to be encoded is refused with its place and what may stand there',
  async (t) => {
    const raw = new Set<string>();
    const see = (name: string, value: unknown, encode: (junk: never) => unknown): void => {
      encode(value as never);
      for (const [junk, place] of damaged(value)) {
        const error = rawError(() => encode(junk as never));
        if (error !== null) raw.add(`${name}${place}: ${error}`);
      }
    };
    see('encodeOpen', OPEN, encodeOpen);
    see('encodeCapabilities', CAPABILITIES, encodeCapabilities);
    see(
      'encodeRouteRefresh',
      { family: IPV4_UNICAST, subtype: 0, rest: Uint8Array.of(1) },
      encodeRouteRefresh,
    );
    t.same([...raw], []);
  },
);

t.test('what does not fit its field is refused, not cut', async (t) => {
  const rows: readonly [() => unknown, string, unknown][] = [
    [() => encodeOpen({ ...OPEN, as: 65_536 }), 'open.as', 65_536],
    [() => encodeOpen({ ...OPEN, holdTime: -1 }), 'open.holdTime', -1],
    [() => encodeOpen({ ...OPEN, routerId: 2 ** 32 }), 'open.routerId', 2 ** 32],
    [
      () => encodeCapabilities([{ name: 'route-refresh' }, { name: 'four-octet-as', as: 2 ** 32 }]),
      'capabilities[1].as',
      2 ** 32,
    ],
    [
      () => encodeOpen({ ...OPEN, capabilities: [{ name: 'unknown', code: 256, value: Uint8Array.of() }] }),
      'open.capabilities[0].code',
      256,
    ],
    [() => encodeRouteRefresh({ family: IPV4_UNICAST, subtype: 256 }), 'routeRefresh.subtype', 256],
  ];
  for (const [act, path, value] of rows) t.throws(act, { code: 'BGP_ERR_MESSAGE', path, value }, path);
  const long = { name: 'unknown', code: 1, value: new Uint8Array(256) } as const;
  t.throws(() => encodeCapabilities([long]), { code: 'BGP_ERR_MESSAGE', path: 'capabilities[0]' });
  t.equal(encodeCapabilities([{ ...long, value: new Uint8Array(255) }]).length, 257);
});
