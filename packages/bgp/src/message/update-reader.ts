import { AttributeIndex } from '../attributes/attribute-index.js';
import { readU16 } from '../attributes/attribute-row.js';
import { attributeRow } from '../attributes/attribute-table.js';
import { isNextHopLength } from '../attributes/mp-reach.js';
import { isNoHost } from '../attributes/next-hop.js';
import { AttributeCode, AttributeFlag } from '../iana/attribute-code.js';
import { ErrorCode, UpdateError } from '../iana/error-code.js';
import { type Family, familyOf, IPV4_UNICAST } from '../net/family.js';
import { createNlriKey, nlriCodec } from '../nlri/nlri.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { type Fault, type Severity, strongerFault } from '../wire/result.js';
import type { UpdateContext } from './update-context.js';

/** What to do with an UPDATE: take it; withdraw all routes that it announces; reset the session (RFC 7606 §2). */
export type UpdateOutcome = 'accept' | 'withdraw' | 'reset';

const NONE: readonly Fault[] = Object.freeze([]);
const NO_DATA = new Uint8Array(0);

/**
 * Reads one UPDATE after the other of one session: finds its parts, vets them by RFC 7606, and keeps the result in its
 * fields until the next `read`. Offsets are into the bytes that were given. In the common case it allocates nothing.
 *
 * ```
 * withdrawn length (2) | withdrawn … | attributes length (2) | attributes … | NLRI …
 * ```
 *
 * NLRI fields have been checked for syntax when `read` did not say `reset`; fields of families that were not negotiated
 * are empty, and told in `discarded`.
 */
export class UpdateReader {
  /** The strongest fault, null when all is well. With outcome `accept` it is a discard. */
  fault: Fault | null = null;
  /** What was dropped: attributes (also skipped by `canonical`), and NLRI of families that were not negotiated. */
  discarded: readonly Fault[] = NONE;
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
  readonly #kept = new AttributeIndex();
  readonly #key = createNlriKey();
  /** Codes met in this block, kept or not: a bit each. */
  readonly #seen = new Int32Array(8);
  /** Attributes, without MP_*, of the last accepted UPDATE that announced routes; `#kept` and `#seen` are about it while `#previousIsIndexed`. */
  readonly #previous = new ByteWriter(256);
  #previousIsIndexed = false;
  #bytes: Uint8Array = NO_DATA;
  /** Routes are announced, be it in a family that was not negotiated (RFC 7606 §5.2 asks for it). */
  #announces = false;
  /** Bounds of MP_REACH_NLRI and MP_UNREACH_NLRI with headers, in order of appearance; -1 when absent. */
  #firstMpStart = -1;
  #firstMpEnd = -1;
  #secondMpStart = -1;
  #secondMpEnd = -1;

  constructor(context: UpdateContext) {
    this.#context = context;
  }

  /** Reads the body of an UPDATE, which is what follows the header of 19 octets. */
  read(bytes: Uint8Array, start: number, end: number): UpdateOutcome {
    this.#begin(bytes);
    if (!this.#findParts(bytes, start, end)) return this.#finish('reset');
    const hasAttributes = this.attributesStart < this.attributesEnd;
    const known = hasAttributes && this.#equalsPrevious(bytes);
    if (known) {
      if (this.#kept.has(AttributeCode.NextHop)) {
        this.nextHopStart = this.attributesStart + this.#kept.start(AttributeCode.NextHop);
      }
    } else if (hasAttributes) {
      this.#previousIsIndexed = false;
      this.#kept.reset();
      this.#seen.fill(0);
      this.#walk(bytes);
    }
    if (this.#severity() === 'reset') return this.#finish('reset');
    this.#checkRoutes(bytes, start, end);
    this.#checkPresence(bytes, hasAttributes);
    const severity = this.#severity();
    if (severity === 'reset') return this.#finish('reset');
    if (severity === 'withdraw') return this.#finishWithdraw();
    if (hasAttributes && !known && this.#hasRoutes()) this.#remember(bytes);
    if (known) this.sameAttributes = this.#hasRoutes();
    this.#findEndOfRib(start, end);
    return 'accept';
  }

  /** Appends the canonical form of the attributes of the UPDATE that `read` accepted, without discarded ones. */
  canonical(out: ByteWriter): void {
    this.#kept.writeCanonical(this.#bytes, this.attributesStart, this.#context.as4, out);
  }

  #begin(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.fault = null;
    this.discarded = NONE;
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
    this.#firstMpStart = -1;
    this.#secondMpStart = -1;
  }

  #severity(): Severity | null {
    return this.fault === null ? null : this.fault.severity;
  }

  /** Whether routes are announced that were negotiated. */
  #hasRoutes(): boolean {
    return this.nlriStart < this.nlriEnd || this.reachNlriStart < this.reachNlriEnd;
  }

  #finish(outcome: UpdateOutcome): UpdateOutcome {
    if (outcome === 'reset') this.#previousIsIndexed = false;
    return outcome;
  }

  #finishWithdraw(): UpdateOutcome {
    // RFC 7606 §5.2: an error that is not an attribute discard, in an UPDATE that announces nothing, resets the session,
    // because there is nothing to withdraw and what was announced may have been lost.
    if (!this.#announces && this.fault !== null) {
      this.fault = { ...this.fault, severity: 'reset' };
      return this.#finish('reset');
    }
    this.#previousIsIndexed = false;
    return 'withdraw';
  }

  #report(severity: Severity, subcode: number, offset: number, message: string, data: Uint8Array): void {
    const fault: Fault = { severity, code: ErrorCode.Update, subcode, data, offset, message };
    this.fault = strongerFault(this.fault, fault);
    if (severity === 'discard') {
      if (this.discarded === NONE) this.discarded = [fault];
      else this.discarded = [...this.discarded, fault];
    }
  }

  /** RFC 4271 §6.3, RFC 7606 §4: lengths that do not fit into the message leave nothing to go by. */
  #findParts(bytes: Uint8Array, start: number, end: number): boolean {
    this.withdrawnStart = this.withdrawnEnd = start + 2;
    this.attributesStart = this.attributesEnd = this.nlriStart = this.nlriEnd = end;
    if (start + 4 > end) {
      const message = `an UPDATE body of ${end - start} octets is too short`;
      this.#report('reset', UpdateError.MalformedAttributeList, start, message, NO_DATA);
      return false;
    }
    const withdrawnEnd = start + 2 + readU16(bytes, start);
    if (withdrawnEnd + 2 > end) {
      const message = `withdrawn routes of ${withdrawnEnd - start - 2} octets do not fit into the UPDATE`;
      this.#report('reset', UpdateError.MalformedAttributeList, start, message, NO_DATA);
      return false;
    }
    this.withdrawnEnd = withdrawnEnd;
    const attributesEnd = withdrawnEnd + 2 + readU16(bytes, withdrawnEnd);
    if (attributesEnd > end) {
      const message = `path attributes of ${attributesEnd - withdrawnEnd - 2} octets do not fit into the UPDATE`;
      this.#report('reset', UpdateError.MalformedAttributeList, withdrawnEnd, message, NO_DATA);
      return false;
    }
    this.attributesStart = withdrawnEnd + 2;
    this.attributesEnd = attributesEnd;
    this.nlriStart = attributesEnd;
    this.nlriEnd = end;
    return true;
  }

  #equalsPrevious(bytes: Uint8Array): boolean {
    const { attributesStart } = this;
    const length = this.attributesEnd - attributesStart;
    const previous = this.#previous;
    if (!this.#previousIsIndexed || previous.length !== length) return false;
    const old = previous.bytes;
    // Backwards: consecutive UPDATEs differ in the tail of AS_PATH or in communities rather than in ORIGIN.
    for (let i = length - 1; i >= 0; i--) if (old[i] !== bytes[attributesStart + i]) return false;
    return true;
  }

  #walk(bytes: Uint8Array): void {
    const end = this.attributesEnd;
    for (let at = this.attributesStart; at < end; ) {
      const left = end - at;
      const extended = (bytes[at]! & AttributeFlag.ExtendedLength) !== 0;
      // RFC 7606 §4: too few octets for a header, or a value past the end, make routes of this UPDATE be withdrawn.
      if (left < 3 || (extended && left < 4)) {
        const message = `the attribute block ends within an attribute header`;
        this.#report('withdraw', UpdateError.MalformedAttributeList, at, message, NO_DATA);
        return;
      }
      const code = bytes[at + 1]!;
      const value = at + (extended ? 4 : 3);
      const stop = value + (extended ? readU16(bytes, at + 2) : bytes[at + 2]!);
      if (stop > end) {
        const message = `attribute ${code} of ${stop - value} octets runs over the end of the block`;
        this.#report('withdraw', UpdateError.AttributeLength, at + 2, message, bytes.slice(at, end));
        return;
      }
      this.#vet(bytes, code, at, value, stop);
      if (this.fault?.severity === 'reset') return;
      at = stop;
    }
  }

  #vet(bytes: Uint8Array, code: number, at: number, value: number, stop: number): void {
    const bit = 1 << (code & 31);
    if ((this.#seen[code >>> 5]! & bit) !== 0) {
      this.#refuseDuplicate(bytes, code, at, stop);
      return;
    }
    this.#seen[code >>> 5] = this.#seen[code >>> 5]! | bit;
    const context = this.#context;
    const row = attributeRow(code);
    const flags = bytes[at]!;
    if (row === undefined) {
      if ((flags & AttributeFlag.Optional) === 0) {
        // RFC 4271 §6.3, which RFC 7606 left as it is.
        const message = `well-known attribute ${code} is not recognized`;
        this.#report('reset', UpdateError.UnrecognizedWellKnown, at, message, bytes.slice(at, stop));
        return;
      }
    } else {
      if (row.internalOnly === true && context.type === 'external') {
        // RFC 7606 §7.5, §7.9, §7.10
        const message = `${row.name} from an external peer is dropped`;
        this.#report('discard', UpdateError.OptionalAttribute, at, message, NO_DATA);
        return;
      }
      if (context.as4 && (code === AttributeCode.As4Path || code === AttributeCode.As4Aggregator)) {
        // RFC 6793 §4.1: between speakers of four octets these do not exist.
        const message = `${row.name} from a peer with four-octet AS numbers is dropped`;
        this.#report('discard', UpdateError.OptionalAttribute, at, message, NO_DATA);
        return;
      }
      if ((flags & 0xc0) !== row.flags) {
        // RFC 7606 §3(c): the Optional and Transitive bits must be as specified.
        const message = `${row.name} must not have flags 0x${flags.toString(16).padStart(2, '0')}`;
        this.#report('withdraw', UpdateError.AttributeFlags, at, message, bytes.slice(at, stop));
        if (code !== AttributeCode.MpReach && code !== AttributeCode.MpUnreach) return;
      }
      const subcode = row.check(bytes, value, stop, context);
      if (subcode !== 0) {
        const message = `${row.name} is malformed (${stop - value} octets)`;
        this.#report(row.severity, subcode, value, message, bytes.slice(at, stop));
        return;
      }
      if (code === AttributeCode.MpReach || code === AttributeCode.MpUnreach) {
        this.#noteMp(at, stop);
        if (code === AttributeCode.MpReach) this.#readReach(bytes, at, value, stop);
        else this.#readUnreach(bytes, value, stop);
        return;
      }
      if (code === AttributeCode.NextHop) this.nextHopStart = value;
    }
    this.#kept.add(code, flags, value - this.attributesStart, stop - this.attributesStart);
  }

  #refuseDuplicate(bytes: Uint8Array, code: number, at: number, stop: number): void {
    const name = attributeRow(code)?.name ?? `attribute ${code}`;
    if (code === AttributeCode.MpReach || code === AttributeCode.MpUnreach) {
      // RFC 7606 §3(g)
      this.#report(
        'reset',
        UpdateError.MalformedAttributeList,
        at,
        `${name} is there twice`,
        bytes.slice(at, stop),
      );
      return;
    }
    this.#report(
      'discard',
      UpdateError.MalformedAttributeList,
      at,
      `${name} is there again; the first counts`,
      NO_DATA,
    );
  }

  #noteMp(at: number, stop: number): void {
    if (this.#firstMpStart < 0) {
      this.#firstMpStart = at;
      this.#firstMpEnd = stop;
    } else {
      this.#secondMpStart = at;
      this.#secondMpEnd = stop;
    }
  }

  #readReach(bytes: Uint8Array, at: number, value: number, stop: number): void {
    const family = familyOf(readU16(bytes, value), bytes[value + 2]!);
    const nextHopLength = bytes[value + 3]!;
    const nextHop = value + 4;
    const nlri = nextHop + nextHopLength + 1;
    if (nlri < stop) this.#announces = true;
    if (!this.#context.receives(family)) {
      this.#tellUnnegotiated(family, value);
      return;
    }
    if (nlriCodec(family) === undefined) return;
    if (!isNextHopLength(family, nextHopLength)) {
      // RFC 7606 §7.11: a next hop of another length than the family asks for leaves the NLRI unfound.
      const message = `a next hop of ${family.name} must not have ${nextHopLength} octets`;
      this.#report('reset', UpdateError.OptionalAttribute, value + 3, message, bytes.slice(at, stop));
      return;
    }
    if (nlri === stop) {
      // Nothing in RFC 4760 gives it a meaning; FRR refuses it.
      this.#report(
        'discard',
        UpdateError.OptionalAttribute,
        at,
        'MP_REACH_NLRI without routes is dropped',
        NO_DATA,
      );
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
    if (nlriCodec(family) === undefined) return;
    this.unreachFamily = family;
    this.unreachNlriStart = value + 3;
    this.unreachNlriEnd = stop;
  }

  /** RFC 4760 §7 lets a speaker ignore a family that it did not negotiate; what goes wrong in it is none of our business. */
  #tellUnnegotiated(family: Family, offset: number): void {
    const message = `routes of ${family.name}, which was not negotiated, are ignored`;
    this.#report('discard', UpdateError.OptionalAttribute, offset, message, NO_DATA);
  }

  #checkRoutes(bytes: Uint8Array, start: number, end: number): void {
    const context = this.#context;
    if (this.withdrawnStart < this.withdrawnEnd || this.nlriStart < this.nlriEnd) {
      if (this.nlriStart < this.nlriEnd) this.#announces = true;
      if (context.receives(IPV4_UNICAST)) {
        this.#checkField(
          bytes,
          this.withdrawnStart,
          this.withdrawnEnd,
          IPV4_UNICAST,
          UpdateError.InvalidNetworkField,
        );
        this.#checkField(bytes, this.nlriStart, this.nlriEnd, IPV4_UNICAST, UpdateError.InvalidNetworkField);
      } else {
        this.#tellUnnegotiated(IPV4_UNICAST, this.withdrawnStart < this.withdrawnEnd ? start : end);
        this.withdrawnEnd = this.withdrawnStart;
        this.nlriEnd = this.nlriStart;
      }
    }
    if (this.reachFamily !== null) {
      const { reachFamily, reachNlriStart, reachNlriEnd } = this;
      this.#checkField(bytes, reachNlriStart, reachNlriEnd, reachFamily, UpdateError.OptionalAttribute);
    }
    if (this.unreachFamily !== null) {
      const { unreachFamily, unreachNlriStart, unreachNlriEnd } = this;
      this.#checkField(bytes, unreachNlriStart, unreachNlriEnd, unreachFamily, UpdateError.OptionalAttribute);
    }
  }

  /** RFC 7606 §5.3: what cannot be parsed cannot be withdrawn either, so it resets the session. */
  #checkField(bytes: Uint8Array, start: number, end: number, family: Family, subcode: number): void {
    if (start === end) return;
    const codec = nlriCodec(family)!;
    const addPath = this.#context.addPath(family);
    const key = this.#key;
    for (let at = start; at < end; ) {
      const next = codec.read(bytes, at, end, addPath, key);
      if (next < 0) {
        this.#report('reset', subcode, at, `a prefix of ${family.name} is malformed`, NO_DATA);
        return;
      }
      at = next;
    }
  }

  /** RFC 7606 §3(d): routes without a mandatory attribute are withdrawn. */
  #checkPresence(bytes: Uint8Array, hasAttributes: boolean): void {
    if (!this.#hasRoutes()) return;
    const plain = this.nlriStart < this.nlriEnd;
    const seen = hasAttributes ? this.#seen[0]! : 0;
    if ((seen & (1 << AttributeCode.Origin)) === 0) this.#reportMissing(AttributeCode.Origin);
    if ((seen & (1 << AttributeCode.AsPath)) === 0) this.#reportMissing(AttributeCode.AsPath);
    // RFC 4760 §3: NEXT_HOP means nothing to routes in MP_REACH_NLRI.
    if (!plain) return;
    if ((seen & (1 << AttributeCode.NextHop)) === 0) {
      this.#reportMissing(AttributeCode.NextHop);
    } else if (this.nextHopStart >= 0 && isNoHost(bytes, this.nextHopStart)) {
      const at = this.nextHopStart;
      // RFC 4271 §6.3, by RFC 7606 §7.3 a withdrawal
      const message = `NEXT_HOP ${bytes.subarray(at, at + 4).join('.')} cannot be a host`;
      this.#report('withdraw', UpdateError.InvalidNextHop, at, message, bytes.slice(at - 3, at + 4));
    }
  }

  #reportMissing(code: number): void {
    const message = `${attributeRow(code)?.name} is missing`;
    this.#report(
      'withdraw',
      UpdateError.MissingWellKnown,
      this.attributesStart,
      message,
      Uint8Array.of(code),
    );
  }

  /** Compares with, and becomes, the last accepted attributes. Those of which something was dropped are not kept. */
  #remember(bytes: Uint8Array): void {
    const previous = this.#previous;
    if (this.discarded !== NONE) {
      previous.length = 0;
      this.#previousIsIndexed = false;
      return;
    }
    const { attributesStart, attributesEnd } = this;
    // The block in up to three pieces, around MP_REACH_NLRI and MP_UNREACH_NLRI.
    const firstStart = this.#firstMpStart < 0 ? attributesEnd : this.#firstMpStart;
    const firstEnd = this.#firstMpStart < 0 ? attributesEnd : this.#firstMpEnd;
    const secondStart = this.#secondMpStart < 0 ? attributesEnd : this.#secondMpStart;
    const secondEnd = this.#secondMpStart < 0 ? attributesEnd : this.#secondMpEnd;
    this.#previousIsIndexed = this.#firstMpStart < 0;
    let same = this.#compare(bytes, attributesStart, firstStart, 0);
    same = this.#compare(bytes, firstEnd, secondStart, same);
    same = this.#compare(bytes, secondEnd, attributesEnd, same);
    if (same === previous.length && same > 0) {
      this.sameAttributes = true;
      return;
    }
    previous.length = 0;
    previous.copy(bytes, attributesStart, firstStart);
    previous.copy(bytes, firstEnd, secondStart);
    previous.copy(bytes, secondEnd, attributesEnd);
  }

  /** Compares `bytes[start, end)` with the previous attributes from `at` on; the offset after them, or -1 when they differ. */
  #compare(bytes: Uint8Array, start: number, end: number, at: number): number {
    const previous = this.#previous;
    if (at < 0 || at + end - start > previous.length) return -1;
    const old = previous.bytes;
    for (let i = start; i < end; i++, at++) if (bytes[i] !== old[at]) return -1;
    return at;
  }

  /** RFC 4724 §2: an UPDATE of nothing for IPv4 unicast, one with an empty MP_UNREACH_NLRI alone for other families. */
  #findEndOfRib(start: number, end: number): void {
    if (this.withdrawnStart !== this.withdrawnEnd || this.nlriStart !== this.nlriEnd) return;
    if (this.attributesStart === this.attributesEnd) {
      if (end - start === 4) this.endOfRib = IPV4_UNICAST;
    } else if (
      this.unreachFamily !== null &&
      this.unreachNlriStart === this.unreachNlriEnd &&
      this.#firstMpStart === this.attributesStart &&
      this.#firstMpEnd === this.attributesEnd
    ) {
      this.endOfRib = this.unreachFamily;
    }
  }
}
