import { readU16 } from '../attributes/attribute-row.js';
import { attributeRow } from '../attributes/attribute-table.js';
import { isNextHopLength } from '../attributes/mp-reach.js';
import { isNoHost, isNoIpv6Host } from '../attributes/next-hop.js';
import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { formatAddress } from '../net/address.js';
import { type Family, familyOf, IPV4_UNICAST } from '../net/family.js';
import { builtFamilies, type FamilyCodecs } from '../nlri/family-codecs.js';
import { createNlriKey, nlriCodec } from '../nlri/nlri.js';
import {
  createNlriSpan,
  type NlriReading,
  nlriReading,
  type OpaqueNlriCodec,
} from '../nlri/opaque-nlri-codec.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import type { Fault } from '../wire/result.js';
import { AttributeReader } from './attribute-reader.js';
import { FaultLog } from './fault-log.js';
import type { UpdateContext } from './update-context.js';

/** What to do with an UPDATE: take it; withdraw all routes that it announces; reset the session (RFC 7606 §2). */
export type UpdateOutcome = 'accept' | 'withdraw' | 'reset';

const UNICAST = 1;

/**
 * Reads one UPDATE after the other of one session: finds its parts, vets them by RFC 7606, and keeps the result in its
 * fields until the next `read`. Offsets are into the bytes that were given. In the common case it allocates nothing.
 *
 * ```
 * withdrawn length (2) | withdrawn … | attributes length (2) | attributes … | NLRI …
 * ```
 *
 * NLRI fields have been checked for syntax when `read` did not say `reset`; fields of families that were not negotiated
 * are empty, and told in `discarded`. In families that are kept by their octets, an NLRI may be there that its codec's
 * `check` refuses: told, and to be skipped.
 *
 * @example
 * const reader = new UpdateReader({ as4: true, type: 'external', localAs: 64512, peerAs: 64513, ...session });
 * if (reader.read(message, 19, message.length) === 'reset') console.log(reader.fault?.message);
 * else console.log(reader.nlriEnd - reader.nlriStart, 'octets of IPv4 destinations');
 */
export class UpdateReader {
  /**
   * It announces routes, and its attributes without MP_REACH_NLRI and MP_UNREACH_NLRI equal those of the last accepted
   * UPDATE that announced routes: their canonical form is the same.
   */
  sameAttributes = false;
  withdrawnStart = 0;
  withdrawnEnd = 0;
  attributesStart = 0;
  attributesEnd = 0;
  nlriStart = 0;
  nlriEnd = 0;
  /** Offset of the four octets of NEXT_HOP, -1 if there is none. */
  nextHopStart = -1;
  /** Family of MP_REACH_NLRI, null when it is not there, was not negotiated or is not built. */
  reachFamily: Family | null = null;
  reachNextHopStart = 0;
  reachNextHopEnd = 0;
  reachNlriStart = 0;
  reachNlriEnd = 0;
  unreachFamily: Family | null = null;
  unreachNlriStart = 0;
  unreachNlriEnd = 0;
  /** Set when the UPDATE is an End-of-RIB marker (RFC 4724 §2). */
  endOfRib: Family | null = null;

  readonly #context: UpdateContext;
  readonly #codecs: FamilyCodecs;
  readonly #faults = new FaultLog();
  readonly #attributes: AttributeReader;
  readonly #key = createNlriKey();
  readonly #span = createNlriSpan();
  /** Routes are announced, be it in a family that was not negotiated (RFC 7606 §5.2 asks for it). */
  #announces = false;

  constructor(context: UpdateContext) {
    this.#context = context;
    this.#codecs = context.codecs ?? builtFamilies;
    this.#attributes = new AttributeReader(context, this.#faults);
  }

  /** The strongest fault, null when all is well. With outcome `accept` it is a discard. */
  get fault(): Fault | null {
    return this.#faults.worst;
  }

  /** What was dropped: attributes (also skipped by `canonical`), and NLRI of families that were not negotiated. */
  get discarded(): readonly Fault[] {
    return this.#faults.discarded;
  }

  /** Reads the body of an UPDATE, which is what follows the header of 19 octets. */
  read(bytes: Uint8Array, start: number, end: number): UpdateOutcome {
    this.#begin();
    const faults = this.#faults;
    if (!this.#findParts(bytes, start, end)) return 'reset';
    const attributes = this.#attributes;
    attributes.read(bytes, this.attributesStart, this.attributesEnd);
    this.nextHopStart = attributes.nextHopStart;
    if (faults.severity() === 'reset') return 'reset';
    if (attributes.reachStart >= 0) this.#readReach(bytes, attributes.reachStart, attributes.reachEnd);
    if (attributes.unreachStart >= 0)
      this.#readUnreach(bytes, attributes.unreachStart, attributes.unreachEnd);
    this.#checkRoutes(bytes, start, end);
    this.#checkPresence(bytes);
    // RFC 7606 §5.2: an error that is not an attribute discard, in an UPDATE that announces nothing, resets the session,
    // because there is nothing to withdraw and what was announced may have been lost.
    if (faults.severity() === 'withdraw' && !this.#announces) faults.escalate();
    const severity = faults.severity();
    if (severity === 'reset' || severity === 'withdraw') return severity;
    if (this.#hasRoutes()) this.sameAttributes = attributes.remember();
    this.#findEndOfRib(start, end);
    return 'accept';
  }

  /** Appends the canonical form of the attributes of the UPDATE that `read` accepted, without discarded ones. */
  canonical(out: ByteWriter): void {
    this.#attributes.canonical(out);
  }

  #begin(): void {
    this.#faults.clear();
    this.sameAttributes = false;
    this.nextHopStart = -1;
    this.reachFamily = null;
    this.reachNlriStart = 0;
    this.reachNlriEnd = 0;
    this.unreachFamily = null;
    this.unreachNlriStart = 0;
    this.unreachNlriEnd = 0;
    this.endOfRib = null;
    this.#announces = false;
  }

  /** Whether routes are announced that were negotiated. */
  #hasRoutes(): boolean {
    return this.nlriStart < this.nlriEnd || this.reachNlriStart < this.reachNlriEnd;
  }

  /** RFC 4271 §6.3, RFC 7606 §4: lengths that do not fit into the message leave nothing to go by. */
  #findParts(bytes: Uint8Array, start: number, end: number): boolean {
    this.withdrawnStart = this.withdrawnEnd = start + 2;
    this.attributesStart = this.attributesEnd = this.nlriStart = this.nlriEnd = end;
    const subcode = UpdateError.MalformedAttributeList;
    if (start + 4 > end) {
      this.#faults.report('reset', subcode, start, `an UPDATE body of ${end - start} octets is too short`);
      return false;
    }
    const withdrawnEnd = start + 2 + readU16(bytes, start);
    if (withdrawnEnd + 2 > end) {
      const message = `withdrawn routes of ${withdrawnEnd - start - 2} octets do not fit into the UPDATE`;
      this.#faults.report('reset', subcode, start, message);
      return false;
    }
    this.withdrawnEnd = withdrawnEnd;
    const attributesEnd = withdrawnEnd + 2 + readU16(bytes, withdrawnEnd);
    if (attributesEnd > end) {
      const message = `path attributes of ${attributesEnd - withdrawnEnd - 2} octets do not fit into the UPDATE`;
      this.#faults.report('reset', subcode, withdrawnEnd, message);
      return false;
    }
    this.attributesStart = withdrawnEnd + 2;
    this.attributesEnd = attributesEnd;
    this.nlriStart = attributesEnd;
    this.nlriEnd = end;
    return true;
  }

  #readReach(bytes: Uint8Array, value: number, stop: number): void {
    const family = familyOf(readU16(bytes, value), bytes[value + 2]!);
    const nextHopLength = bytes[value + 3]!;
    const nextHop = value + 4;
    const nlri = nextHop + nextHopLength + 1;
    if (nlri < stop) this.#announces = true;
    if (!this.#context.receives(family)) {
      this.#tellUnnegotiated(family, value);
      return;
    }
    if (this.#codecs.codec(family) === undefined) return;
    const extended = this.#context.extendedNextHop?.(family) === true;
    if (!isNextHopLength(family, nextHopLength, extended)) {
      // RFC 7606 §7.11: a next hop of another length than the family asks for leaves the NLRI unfound.
      const message = `a next hop of ${family.name} must not have ${nextHopLength} octets`;
      this.#faults.report(
        'reset',
        UpdateError.OptionalAttribute,
        value + 3,
        message,
        bytes.slice(value, stop),
      );
      return;
    }
    if (nlri === stop) {
      // Nothing in RFC 4760 gives it a meaning.
      const message = 'MP_REACH_NLRI without routes is dropped';
      this.#faults.report('discard', UpdateError.OptionalAttribute, value, message);
      return;
    }
    this.reachFamily = family;
    this.reachNextHopStart = nextHop;
    this.reachNextHopEnd = nextHop + nextHopLength;
    this.reachNlriStart = nlri;
    this.reachNlriEnd = stop;
  }

  #readUnreach(bytes: Uint8Array, value: number, stop: number): void {
    const family = familyOf(readU16(bytes, value), bytes[value + 2]!);
    if (!this.#context.receives(family)) {
      this.#tellUnnegotiated(family, value);
      return;
    }
    if (this.#codecs.codec(family) === undefined) return;
    this.unreachFamily = family;
    this.unreachNlriStart = value + 3;
    this.unreachNlriEnd = stop;
  }

  /** RFC 4760 §7 lets a speaker ignore a family that it did not negotiate; what goes wrong in it is none of our business. */
  #tellUnnegotiated(family: Family, offset: number): void {
    const message = `routes of ${family.name}, which was not negotiated, are ignored`;
    this.#faults.report('discard', UpdateError.OptionalAttribute, offset, message);
  }

  #checkRoutes(bytes: Uint8Array, start: number, end: number): void {
    if (this.withdrawnStart < this.withdrawnEnd || this.nlriStart < this.nlriEnd) {
      if (this.nlriStart < this.nlriEnd) this.#announces = true;
      if (this.#context.receives(IPV4_UNICAST)) {
        const subcode = UpdateError.InvalidNetworkField;
        this.#checkField(bytes, this.withdrawnStart, this.withdrawnEnd, IPV4_UNICAST, subcode, true);
        this.#checkField(bytes, this.nlriStart, this.nlriEnd, IPV4_UNICAST, subcode, false);
      } else {
        this.#tellUnnegotiated(IPV4_UNICAST, this.withdrawnStart < this.withdrawnEnd ? start : end);
        this.withdrawnEnd = this.withdrawnStart;
        this.nlriEnd = this.nlriStart;
      }
    }
    const subcode = UpdateError.OptionalAttribute;
    if (this.reachFamily !== null) {
      this.#checkField(bytes, this.reachNlriStart, this.reachNlriEnd, this.reachFamily, subcode, false);
    }
    if (this.unreachFamily !== null) {
      this.#checkField(bytes, this.unreachNlriStart, this.unreachNlriEnd, this.unreachFamily, subcode, true);
    }
  }

  /** RFC 7606 §5.3: what cannot be parsed cannot be withdrawn either, so it resets the session. */
  #checkField(
    bytes: Uint8Array,
    start: number,
    end: number,
    family: Family,
    subcode: number,
    isWithdrawn: boolean,
  ): void {
    if (start === end) return;
    const codec = nlriCodec(family);
    const addPath = this.#context.addPath(family);
    if (codec === undefined) {
      const opaque = this.#codecs.opaque(family)!;
      const reading = nlriReading(opaque, isWithdrawn);
      this.#checkOpaque(bytes, start, end, opaque, reading, addPath, subcode);
      return;
    }
    const key = this.#key;
    for (let at = start; at < end; ) {
      const next = codec.read(bytes, at, end, addPath, key);
      if (next < 0) {
        this.#faults.report('reset', subcode, at, `a prefix of ${family.name} is malformed`);
        return;
      }
      at = next;
    }
  }

  /** As `#checkField`, for families that are kept by their octets: what can be parted from the rest may be less grave. */
  #checkOpaque(
    bytes: Uint8Array,
    start: number,
    end: number,
    codec: OpaqueNlriCodec,
    reading: NlriReading,
    addPath: boolean,
    subcode: number,
  ): void {
    const span = this.#span;
    for (let at = start; at < end; ) {
      const next = codec.read(bytes, at, end, addPath, span);
      if (next < 0) {
        const message = `an NLRI of ${codec.family.name} runs over the end of its field`;
        this.#faults.report('reset', subcode, at, message);
        return;
      }
      const problem = reading.check(bytes, span.start, span.end);
      if (problem !== null) {
        const message = `an NLRI of ${codec.family.name} is malformed: ${problem}`;
        this.#faults.report(codec.malformed, subcode, span.start, message);
      }
      at = next;
    }
  }

  /** RFC 7606 §3(d): routes without a mandatory attribute are withdrawn. */
  #checkPresence(bytes: Uint8Array): void {
    if (!this.#hasRoutes()) return;
    const attributes = this.#attributes;
    if (!attributes.has(AttributeCode.Origin)) this.#reportMissing(AttributeCode.Origin);
    if (!attributes.has(AttributeCode.AsPath)) this.#reportMissing(AttributeCode.AsPath);
    if (this.reachFamily !== null) this.#checkReachNextHop(bytes, this.reachFamily);
    // RFC 4760 §3: NEXT_HOP means nothing to routes in MP_REACH_NLRI.
    if (this.nlriStart === this.nlriEnd) return;
    const at = this.nextHopStart;
    if (!attributes.has(AttributeCode.NextHop)) {
      this.#reportMissing(AttributeCode.NextHop);
    } else if (at >= 0) {
      this.#checkNextHop(bytes, at);
    }
  }

  #checkReachNextHop(bytes: Uint8Array, family: Family): void {
    const at = this.reachNextHopStart;
    const length = this.reachNextHopEnd - at;
    if (family.safi !== UNICAST || family.afi > 2) return;
    if (length === 4) {
      this.#checkNextHop(bytes, at);
    } else if (isNoIpv6Host(bytes, at) && (length === 16 || isNoIpv6Host(bytes, at + 16))) {
      const message = `next hop ${formatAddress(bytes, at, 16)} cannot be a host`;
      const data = bytes.slice(at, at + length);
      this.#faults.report('withdraw', UpdateError.OptionalAttribute, at, message, data);
    }
  }

  /** RFC 4271 §6.3, by RFC 7606 §7.3 a withdrawal. */
  #checkNextHop(bytes: Uint8Array, at: number): void {
    if (!isNoHost(bytes, at)) return;
    const message = `next hop ${bytes.subarray(at, at + 4).join('.')} cannot be a host`;
    this.#faults.report('withdraw', UpdateError.InvalidNextHop, at, message, bytes.slice(at, at + 4));
  }

  #reportMissing(code: number): void {
    const message = `${attributeRow(code)?.name} is missing`;
    const data = Uint8Array.of(code);
    this.#faults.report('withdraw', UpdateError.MissingWellKnown, this.attributesStart, message, data);
  }

  /** RFC 4724 §2: an UPDATE of nothing for IPv4 unicast, one with an empty MP_UNREACH_NLRI alone for other families. */
  #findEndOfRib(start: number, end: number): void {
    if (this.withdrawnStart !== this.withdrawnEnd || this.nlriStart !== this.nlriEnd) return;
    if (this.attributesStart === this.attributesEnd) {
      if (end - start === 4) this.endOfRib = IPV4_UNICAST;
    } else if (this.unreachNlriStart === this.unreachNlriEnd && this.#attributes.isUnreachAlone) {
      this.endOfRib = this.unreachFamily;
    }
  }
}
