import fc from 'fast-check';
import t from 'tap';
import { decodeCapabilities, encodeCapabilities } from '../../src/capabilities/capabilities.js';
import type { Capability } from '../../src/capabilities/capability.js';
import { negotiate } from '../../src/capabilities/negotiate.js';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { decodeOpen } from '../../src/message/open.js';
import { anyCapability } from '../capabilities/any-capability.js';
import { message, RAW_PEER, RawPeerLab } from './raw-peer.js';

// Peers put capabilities into one parameter or into many, repeat them, use old codes and ones we never heard of, and
// write RFC 9072's long form in ways of their own. None of that may keep a session down.

const FIXED = [4, 0xfd, 0xe9, 0, 0, 192, 0, 2, 2];
const IPV4 = [1, 4, 0, 1, 0, 1];
const IPV6 = [1, 4, 0, 2, 0, 1];
const REFRESH = [2, 0];
const AS4 = [65, 4, 0, 0, 0xfd, 0xe9];

const parameter = (...value: readonly number[]): number[] => [2, value.length, ...value];
const longParameter = (...value: readonly number[]): number[] => [
  2,
  value.length >>> 8,
  value.length & 255,
  ...value,
];
const plain = (...parameters: readonly number[]): Uint8Array =>
  message(1, Uint8Array.of(...FIXED, parameters.length, ...parameters));
/** RFC 9072 §2; the first length is 255, or whatever else but 0. */
const long = (first: number, ...parameters: readonly number[]): Uint8Array =>
  message(
    1,
    Uint8Array.of(...FIXED, first, 255, parameters.length >>> 8, parameters.length & 255, ...parameters),
  );

const SHAPES: Readonly<Record<string, Uint8Array>> = {
  'all in one parameter': plain(...parameter(...IPV4, ...IPV6, ...REFRESH, ...AS4)),
  'one in each parameter': plain(...[IPV4, IPV6, REFRESH, AS4].flatMap((one) => parameter(...one))),
  'the same ones again and again': plain(
    ...parameter(...IPV4, ...IPV4, ...AS4),
    ...parameter(...IPV6, ...IPV4, ...AS4),
  ),
  'an empty parameter between': plain(...parameter(), ...parameter(...IPV4, ...IPV6, ...AS4), ...parameter()),
  'old codes of route refresh and others (128 to 131)': plain(
    ...parameter(...IPV4, ...IPV6, 128, 0, 129, 1, 0, 130, 7, 0, 1, 0, 1, 1, 128, 3, 131, 0, ...AS4),
  ),
  'codes that nobody knows': plain(
    ...parameter(99, 3, 1, 2, 3, ...IPV4, 255, 0, ...IPV6, 66, 0, 67, 1, 9, ...AS4),
  ),
  'the dynamic capability, as FRR tells it': plain(
    ...parameter(...IPV4, ...IPV6, 67, 0, 71, 0, 69, 8, 0, 1, 1, 1, 0, 2, 1, 1, ...AS4),
  ),
  'flags with a value': plain(...parameter(2, 1, 0, ...IPV4, ...IPV6, 70, 2, 1, 1, ...AS4)),
  'the long form': long(255, ...longParameter(...IPV4, ...IPV6, ...AS4)),
  'the long form in several parameters': long(
    255,
    ...longParameter(...IPV4),
    ...longParameter(...IPV6, ...AS4),
  ),
  'the long form with a first length of its own': long(4, ...longParameter(...IPV4, ...IPV6, ...AS4)),
  'a hundred capabilities, more than 255 octets': long(
    255,
    ...longParameter(
      ...IPV4,
      ...IPV6,
      ...AS4,
      ...Array.from({ length: 100 }, (_, i) => [140 + i, 2, 1, 2]).flat(),
    ),
  ),
};

async function openWith(open: Uint8Array): Promise<RawPeerLab> {
  const world = await new RawPeerLab(65_001).start();
  world.peer = await world.dial();
  await world.say(open, KEEPALIVE);
  return world;
}

for (const [shape, open] of Object.entries(SHAPES)) {
  t.test(`a session comes up with ${shape}`, async (t) => {
    const world = await openWith(open);
    t.equal(world.state, 'established');
    const families = world.at.speaker.peer(RAW_PEER)?.families.filter(({ negotiated }) => negotiated);
    t.same(
      families?.map(({ family }) => family),
      ['ipv4-unicast', 'ipv6-unicast'],
    );
  });
}

const refused = async (open: Uint8Array): Promise<unknown> => {
  const world = await openWith(open);
  if (world.state === 'established') return 'established';
  const { code, subcode, data } = world.at.speaker.peer(RAW_PEER)?.lastNotification ?? {};
  return { code, subcode, data: [...(data ?? [])] };
};

t.test('a parameter that is not capabilities is refused with 2/4, in both forms', async (t) => {
  t.match(await refused(plain(1, 2, 0, 0, ...parameter(...IPV4))), { code: 2, subcode: 4 });
  t.match(await refused(plain(...parameter(...IPV4), 3, 0)), { code: 2, subcode: 4 });
  t.match(await refused(long(255, 9, 0, 1, 0, ...longParameter(...IPV4))), { code: 2, subcode: 4 });
});

t.test('lengths that do not add up are refused with 2/0', async (t) => {
  const short = plain(...parameter(...IPV4));
  short[28]! += 1;
  for (const open of [
    short,
    plain(2, 7, ...IPV4),
    plain(...parameter(1, 5, 0, 1, 0, 1)),
    plain(...parameter(...IPV4, 65)),
    long(255, 2, 0, 9, ...IPV4),
    message(1, Uint8Array.of(...FIXED, 255, 255, 0)),
  ]) {
    t.match(await refused(open), { code: 2, subcode: 0 }, Buffer.from(open.subarray(28)).toString('hex'));
  }
});

t.test('a peer without the family that we want, or without any capability, still speaks IPv4', async (t) => {
  for (const open of [plain(), plain(...parameter(...AS4)), plain(...parameter(...REFRESH))]) {
    const world = await openWith(open);
    t.equal(world.state, 'established');
    const families = world.at.speaker.peer(RAW_PEER)?.families;
    t.match(families, [
      { family: 'ipv4-unicast', negotiated: true },
      { family: 'ipv6-unicast', negotiated: false, reason: /not offered/ },
    ]);
  }
});

t.test('a capability that the peer says it needs (2/7) is told with its list', async (t) => {
  const world = await openWith(plain(...parameter(...IPV4, ...AS4)));
  world.peer?.sendNotification(2, 7, encodeCapabilities([{ name: 'enhanced-route-refresh' }]));
  await world.lab.clock.runFor(100);
  const { code, subcode, data } = world.at.speaker.peer(RAW_PEER)?.lastNotification ?? {};
  t.same(
    [code, subcode, [...(data ?? [])]],
    [2, 7, [70, 0]],
    'code and length of each, as RFC 5492 §5 has it',
  );
});

t.test('however capabilities are dealt out to parameters, they mean the same', async () => {
  const dealt = fc.array(fc.tuple(anyCapability, fc.boolean()), { maxLength: 12 });
  fc.assert(
    fc.property(dealt, fc.boolean(), (list, isLong) => {
      const groups: Capability[][] = [[]];
      for (const [capability, splits] of list) {
        if (splits) groups.push([]);
        groups.at(-1)!.push(capability);
      }
      const encoded = groups.map((group) => [...encodeCapabilities(group)]);
      const size = encoded.reduce((sum, group) => sum + group.length + 2, 0);
      if (!isLong && (size > 254 || encoded.some((group) => group.length > 255))) return true;
      const open = isLong
        ? long(255, ...encoded.flatMap((group) => longParameter(...group)))
        : plain(...encoded.flatMap((group) => parameter(...group)));
      const decoded = decodeOpen(open);
      if (!decoded.ok) return false;
      const together = decodeCapabilities(encodeCapabilities(list.map(([capability]) => capability)));
      if (!together.ok) return false;
      const offer = { as: 65_001, holdTime: 0, routerId: 1 };
      const text = (capabilities: readonly Capability[]): string =>
        JSON.stringify(
          negotiate({ ...offer, capabilities }, { ...offer, capabilities }),
          (_, value: unknown) => (value instanceof Set ? [...value] : value),
        );
      return text(decoded.value.capabilities) === text(together.value);
    }),
    { numRuns: 1000, seed: 5492 },
  );
});
