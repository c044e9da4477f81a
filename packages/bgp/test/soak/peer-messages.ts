import { encodeCanonical } from '../../src/attributes/canonical.js';
import { encodeForSession } from '../../src/attributes/session-attributes.js';
import { createOpen, encodeOpen } from '../../src/message/open.js';
import { UpdatePacker } from '../../src/message/update-packer.js';
import { parseAddress } from '../../src/net/address.js';
import { IPV4_UNICAST } from '../../src/net/family.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { addressOf, asOfPeer, networkOf, ROUTES_A_SET, type SoakPlan } from './peer-plan.js';

export function openOf(plan: SoakPlan, index: number): Uint8Array {
  const capabilities = [{ name: 'multiprotocol', family: IPV4_UNICAST } as const];
  const { holdTime } = plan;
  return encodeOpen(
    createOpen({ localAs: asOfPeer(index), holdTime, routerId: 0x0b000000 + index, capabilities }),
  );
}

/** The whole table of a peer, End-of-RIB included: ten routes to a set of attributes. */
export function tableOf(plan: SoakPlan, index: number): Uint8Array {
  const out = new ByteWriter();
  const packer = new UpdatePacker({ maxMessage: 4096, addPath: () => false });
  const nextHop4 = parseAddress(addressOf(plan, index));
  for (let first = 0; first < plan.routesEach; first += ROUTES_A_SET) {
    const canonical = new ByteWriter(256);
    const ases = [asOfPeer(index), ...Array.from({ length: 1 + (first % 5) }, (_, i) => 65_000 + first + i)];
    const communities = Array.from(
      { length: plan.communities },
      (_, i) => ((index << 16) | ((first + i) & 0xffff)) >>> 0,
    );
    encodeCanonical({ origin: 'igp', asPath: [{ type: 'sequence', ases }], communities }, canonical);
    const block = new ByteWriter(256);
    encodeForSession(canonical.bytes, 0, canonical.length, { as4: true, nextHop4 }, block);
    let n = first;
    const end = Math.min(plan.routesEach, first + ROUTES_A_SET);
    const keys = {
      next(key: { pathId: number; a: number; length: number }) {
        if (n === end) return false;
        key.pathId = 0;
        key.a = networkOf(plan, index, n++) >>> 0;
        key.length = 24;
        return true;
      },
    };
    packer.announce(out, IPV4_UNICAST, block.bytes, 0, block.length, null, keys, () => {
      throw new Error('a route does not fit');
    });
  }
  packer.endOfRib(out, IPV4_UNICAST);
  return out.slice();
}

/** An UPDATE whose route is withdrawn by RFC 7606: its ORIGIN is 3. The session stays. */
export function malformedUpdate(plan: SoakPlan, index: number): Uint8Array {
  const network = networkOf(plan, index, 0);
  const body = [0, 0, 0, 14, 0x40, 1, 1, 3, 0x40, 2, 0, 0x40, 3, 4, 192, 0, 2, 1];
  const nlri = [24, network >>> 24, (network >>> 16) & 255, (network >>> 8) & 255];
  return Uint8Array.of(
    ...new Array<number>(16).fill(255),
    0,
    19 + body.length + nlri.length,
    2,
    ...body,
    ...nlri,
  );
}
