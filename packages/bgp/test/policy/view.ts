import { encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { parseAddress } from '../../src/net/address.js';
import { createNlriKey } from '../../src/net/nlri-key.js';
import { parseInto } from '../../src/net/prefix.js';
import type { RpkiState } from '../../src/net/rpki-state.js';
import type { PolicyPeer, RouteView } from '../../src/policy/policy.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';

/** A view as the pipeline would make it, from plain values. */
export function routeView(
  prefix: string,
  more: {
    attributes?: PathAttributes;
    nextHop?: string;
    source?: PolicyPeer | null;
    target?: PolicyPeer | null;
    owner?: string | null;
    rpki?: RpkiState;
  } = {},
): RouteView {
  const words = createNlriKey();
  const family = parseInto(prefix, words);
  const attributes = more.attributes ?? {};
  const block = new ByteWriter();
  encodeCanonical(attributes, block);
  return {
    family,
    prefix,
    prefixLength: words.length,
    nextHop: more.nextHop ?? '192.0.2.1',
    source: more.source ?? null,
    target: more.target ?? null,
    owner: more.owner ?? null,
    attributes,
    block: { bytes: block.bytes, start: 0, end: block.length },
    nextHopOctets: parseAddress(more.nextHop ?? '192.0.2.1'),
    rpki: more.rpki ?? 'unknown',
    hasCommunity: (community) => attributes.communities?.includes(community) ?? false,
    asPathLength: (attributes.asPath ?? []).reduce((sum, segment) => sum + segment.ases.length, 0),
    words,
  };
}
