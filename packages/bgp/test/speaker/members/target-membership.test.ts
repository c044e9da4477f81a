import t from 'tap';
import { encodeCanonical } from '../../../src/attributes/canonical.js';
import { type Family, parseFamily } from '../../../src/net/family.js';
import { builtFamilies } from '../../../src/nlri/family-codecs.js';
import { shapeNextHop } from '../../../src/nlri/shape-next-hop.js';
import type { PipelinePeer } from '../../../src/speaker/members/pipeline-peer.js';
import {
  isConstrained,
  ROUTE_TARGETS,
  TargetMembership,
} from '../../../src/speaker/members/target-membership.js';
import { ByteWriter } from '../../../src/wire/byte-writer.js';
import { fromHex } from '../../../src/wire/hex.js';
import { nlriHex, OpaqueEnd } from '../opaque-end.js';
import { LOCAL_AS, path, pipeline, ROUTER_ID_TEXT, settle } from '../pipeline-fixture.js';

const vpnv4 = parseFamily('vpnv4-unicast');
const HOP = '0000000000000000c0000207';

/** `65000:n` */
const target = (n: number): string => `0002fde8${n.toString(16).padStart(8, '0')}`;
const wish = (n: number): string =>
  nlriHex(ROUTE_TARGETS, { length: 96, originAs: 64_603, target: `65000:${n}` });
const route = (n: number): string =>
  nlriHex(vpnv4, { rd: '65000:1', labels: [100], prefix: `10.0.${n}.0/24` });

function blockOf(...targets: string[]): { bytes: Uint8Array; start: number; end: number } {
  const out = new ByteWriter();
  encodeCanonical({ extendedCommunities: targets }, out);
  return { bytes: out.bytes, start: 0, end: out.length };
}

t.test('a membership admits routes by the first bits of their route targets', async (t) => {
  const wanted = (bits: number, hex: string) => new TargetMembership([Uint8Array.of(bits, ...fromHex(hex)!)]);
  t.equal(TargetMembership.none.admits(blockOf(target(1))), false);
  t.equal(wanted(0, '').admits(blockOf()), true, 'the default wants everything');
  t.equal(wanted(64, target(1)).admits(blockOf(target(2), target(1))), true);
  t.equal(wanted(64, target(1)).admits(blockOf(target(2))), false);
  t.equal(wanted(63, target(2)).admits(blockOf(target(3))), true, 'all but the last bit');
  t.equal(wanted(63, target(2)).admits(blockOf(target(4))), false);
  t.equal(wanted(64, '0003fde800000001').admits(blockOf('0003fde800000001')), false, 'no route target');
  t.equal(wanted(64, target(1)).admits(blockOf()), false);
  t.same(
    ['vpnv4-unicast', 'vpnv6-multicast', 'l2vpn-evpn', 'ipv4-unicast', 'ipv4-flowspec'].map((name) =>
      isConstrained(parseFamily(name)),
    ),
    [true, true, true, false, false],
  );
});

t.test('VPN routes go where their route targets are wanted, and follow the wishes', async (t) => {
  const p = pipeline();
  const both = (first: Family, second: Family): Partial<PipelinePeer> => {
    const own = (family: Family): Uint8Array =>
      shapeNextHop(builtFamilies.opaque(family)!, Uint8Array.of(10, 0, 0, 254));
    const nextHops = new Map([first, second].map((family) => [family.key, own(family)]));
    return { families: [first, second], nextHops };
  };
  const source = new OpaqueEnd('10.0.0.1', 64_601, vpnv4).open(p);
  const plain = new OpaqueEnd('10.0.0.2', 64_602, vpnv4).open(p);
  const picky = new OpaqueEnd('10.0.0.3', 64_603, vpnv4, both(vpnv4, ROUTE_TARGETS));
  const wishes = new OpaqueEnd('10.0.0.3', 64_603, ROUTE_TARGETS);
  const context = {
    ...picky.peer.context,
    receives: (family: Family) => [vpnv4.key, ROUTE_TARGETS.key].includes(family.key),
  };
  picky.index = p.openPeer({ ...picky.peer, context });
  wishes.index = picky.index;
  const announce = (n: number): void => {
    const attributes = { ...path(64_601), extendedCommunities: [target(n)] };
    source.announce(p, [route(n)], attributes, HOP);
  };
  for (const n of [1, 2, 3]) announce(n);
  settle(p);
  t.equal(plain.held.size, 3, 'who did not negotiate it gets everything');
  t.equal(picky.held.size, 0, 'who did, nothing before it tells');

  wishes.announce(p, [wish(1), wish(4)], path(64_603), 'c0000203');
  settle(p);
  t.same(picky.hexes(), [route(1)]);
  announce(4);
  settle(p);
  t.same(picky.hexes(), [route(1), route(4)]);
  wishes.announce(p, [wish(2)], path(64_603), 'c0000203');
  wishes.withdraw(p, [wish(1)]);
  settle(p);
  t.same(picky.hexes(), [route(2), route(4)]);
  source.announce(p, [route(2)], { ...path(64_601), extendedCommunities: [target(9)] }, HOP);
  settle(p);
  t.same(picky.hexes(), [route(4)], 'another target takes a route away');
  wishes.announce(
    p,
    [nlriHex(ROUTE_TARGETS, { length: 0, originAs: 0, target: '0x' })],
    path(64_603),
    'c0000203',
  );
  settle(p);
  t.equal(picky.held.size, 4, 'the default route target');
  t.equal(plain.held.size, 4);
  t.same([...picky.problems.filter((problem) => !/route-target/.test(problem)), ...plain.problems], []);
});

/** An internal peer that exchanges memberships. */
function internal(address: string, isClient: boolean): OpaqueEnd {
  return new OpaqueEnd(address, LOCAL_AS, ROUTE_TARGETS, { routeReflectorClient: isClient });
}

const TOLD = { ...path(), localPref: 100 };

t.test('a reflector tells clients of memberships as of its own, and each of those it told', async (t) => {
  const p = pipeline();
  const [one, two] = [internal('10.0.0.1', true).open(p), internal('10.0.0.2', true).open(p)];
  const other = internal('10.0.0.3', false).open(p);
  one.announce(p, [wish(1)], TOLD, 'c0000201');
  settle(p);
  // RFC 4684 §3.2 i: a client must hear that others want the target, and take it although it told it as well.
  for (const end of [one, two]) {
    t.same(end.hexes(), [wish(1)]);
    t.match([...end.held.values()], [{ nextHop: '0a0000fe', attributes: { originatorId: ROUTER_ID_TEXT } }]);
  }
  t.match([...other.held.values()], [{ nextHop: 'c0000201', attributes: { originatorId: '0.0.0.1' } }]);
  two.announce(p, [wish(1)], TOLD, 'c0000202');
  one.withdraw(p, [wish(1)]);
  settle(p);
  t.same([one.hexes(), two.hexes(), other.hexes()], [[wish(1)], [wish(1)], [wish(1)]]);
  two.withdraw(p, [wish(1)]);
  settle(p);
  for (const end of [one, two, other]) {
    t.equal(end.held.size, 0);
    t.same(end.problems, []);
  }
});

t.test(
  'a peer that is no client is told the membership of a client where the best is of another',
  async (t) => {
    const p = pipeline();
    const client = internal('10.0.0.3', true).open(p);
    const [best, other] = [internal('10.0.0.1', false).open(p), internal('10.0.0.2', false).open(p)];
    best.announce(p, [wish(1)], TOLD, 'c0000201');
    settle(p);
    t.equal(other.held.size, 0, 'what a non-client told is not reflected to another');
    client.announce(p, [wish(1)], TOLD, 'c0000203');
    settle(p);
    t.match(p.rib({ family: ROUTE_TARGETS.name }).routes, [
      { paths: [{ peer: '10.0.0.1', best: true }, {}] },
    ]);
    // RFC 4684 §3.2 ii
    for (const end of [best, other]) {
      t.match([...end.held.values()], [{ attributes: { originatorId: '0.0.0.3' } }], end.peer.address);
    }
    client.withdraw(p, [wish(1)]);
    settle(p);
    t.equal(other.held.size, 0);
    t.equal(best.held.size, 0);
    t.same([...best.problems, ...other.problems], []);
  },
);
