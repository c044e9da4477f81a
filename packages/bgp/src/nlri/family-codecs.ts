import { type Family, type FamilyKey, IPV4_MULTICAST, IPV6_MULTICAST } from '../net/family.js';
import { nlriCodec, supportedFamilies } from './nlri.js';
import type { NlriCodec } from './nlri-codec.js';
import { type NlriValue, opaqueFamilies, opaqueNlriCodec } from './opaque-families.js';
import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { type SpanCodec, spanCodec } from './span-codec.js';

/** The families that one speaker can carry: those that are built, and those that it was told how to part. */
export class FamilyCodecs {
  readonly families: readonly Family[];
  private readonly spans = new Map<FamilyKey, SpanCodec>();

  /** `more`: of families that are not built, for example `rawNlriCodec`. */
  constructor(more: readonly OpaqueNlriCodec<NlriValue>[] = []) {
    for (const codec of [...opaqueFamilies.map((family) => opaqueNlriCodec(family)!), ...more]) {
      this.spans.set(codec.family.key, spanCodec(codec));
    }
    this.families = [
      ...supportedFamilies,
      IPV4_MULTICAST,
      IPV6_MULTICAST,
      ...[...this.spans.values()].map(({ family }) => family),
    ];
  }

  /** Of a family whose destinations are octets. */
  opaque(family: Family): OpaqueNlriCodec<NlriValue> | undefined {
    return this.spans.get(family.key)?.opaque;
  }

  /** As tables and packers take it, whatever its destinations are. */
  codec(family: Family): NlriCodec | undefined {
    return nlriCodec(family) ?? this.spans.get(family.key);
  }
}

/** The families that are built. */
export const builtFamilies = new FamilyCodecs();
