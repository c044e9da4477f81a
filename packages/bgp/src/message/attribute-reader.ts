import { AttributeIndex } from '../attributes/attribute-index.js';
import { readU16 } from '../attributes/attribute-row.js';
import { attributeRow } from '../attributes/attribute-table.js';
import { AttributeCode, AttributeFlag } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { ByteWriter } from '../wire/byte-writer.js';
import type { FaultLog } from './fault-log.js';
import type { UpdateContext } from './update-context.js';

/**
 * Vets the attribute block of one UPDATE after the other (RFC 7606 §3, §4, §7) and knows the one before: blocks that
 * repeat, as they do in a table that is sent, are recognized instead of vetted again.
 *
 * ```
 * flags (1) | code (1) | length (1, or 2 with Extended Length) | value | flags …
 * ```
 */
export class AttributeReader {
  /** Offset of the value of NEXT_HOP, -1 if there is none. */
  nextHopStart = -1;
  /** Bounds of the value of MP_REACH_NLRI, -1 when absent or malformed. */
  reachStart = -1;
  reachEnd = -1;
  /** Bounds of the value of MP_UNREACH_NLRI. */
  unreachStart = -1;
  unreachEnd = -1;

  readonly #context: UpdateContext;
  readonly #faults: FaultLog;
  readonly #kept = new AttributeIndex();
  /** Codes met in this block, kept or not: a bit each. */
  readonly #seen = new Int32Array(8);
  /** The remembered block, without MP_REACH_NLRI and MP_UNREACH_NLRI. */
  readonly #previous = new ByteWriter(256);
  /** `#kept` and `#seen` are about `#previous`. */
  #previousIsIndexed = false;
  #bytes: Uint8Array = this.#previous.bytes;
  #start = 0;
  #end = 0;
  #recognized = false;
  /** Bounds of MP_REACH_NLRI and MP_UNREACH_NLRI with headers, in order of appearance; the end of the block when absent. */
  #firstMpStart = 0;
  #firstMpEnd = 0;
  #secondMpStart = 0;
  #secondMpEnd = 0;

  constructor(context: UpdateContext, faults: FaultLog) {
    this.#context = context;
    this.#faults = faults;
  }

  /** Reads the block in `[start, end)`, which may be empty. What is wrong goes to the fault log. */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.nextHopStart = -1;
    this.reachStart = -1;
    this.unreachStart = -1;
    this.#firstMpStart = this.#firstMpEnd = this.#secondMpStart = this.#secondMpEnd = end;
    this.#recognized = start < end && this.#equalsPrevious();
    if (this.#recognized) {
      if (this.#kept.has(AttributeCode.NextHop)) {
        this.nextHopStart = start + this.#kept.start(AttributeCode.NextHop);
      }
    } else if (start < end) {
      this.#previousIsIndexed = false;
      this.#kept.reset();
      this.#seen.fill(0);
      this.#walk(bytes);
    }
  }

  /** Whether an attribute was in the block, be it dropped. For codes below 32. */
  has(code: number): boolean {
    return this.#start < this.#end && (this.#seen[0]! & (1 << code)) !== 0;
  }

  /** Whether the block holds nothing but MP_UNREACH_NLRI. */
  get isUnreachAlone(): boolean {
    return this.unreachStart >= 0 && this.#firstMpStart === this.#start && this.#firstMpEnd === this.#end;
  }

  /** Appends the canonical form of the block that was read, without what was dropped. */
  canonical(out: ByteWriter): void {
    this.#kept.writeCanonical(this.#bytes, this.#start, this.#context.as4, out);
  }

  /**
   * Remembers the block that was read as the last accepted one, and tells whether it is the same as the one before, apart
   * from MP_REACH_NLRI and MP_UNREACH_NLRI. A block of which something was dropped is the same as none, so that it is
   * told each time.
   */
  remember(): boolean {
    if (this.#recognized) return true;
    const previous = this.#previous;
    if (this.#faults.worst !== null) {
      previous.length = 0;
      this.#previousIsIndexed = false;
      return false;
    }
    const bytes = this.#bytes;
    this.#previousIsIndexed = this.#firstMpStart === this.#end;
    let same = this.#compare(this.#start, this.#firstMpStart, 0);
    same = this.#compare(this.#firstMpEnd, this.#secondMpStart, same);
    same = this.#compare(this.#secondMpEnd, this.#end, same);
    if (same === previous.length && same > 0) return true;
    previous.length = 0;
    previous.copy(bytes, this.#start, this.#firstMpStart);
    previous.copy(bytes, this.#firstMpEnd, this.#secondMpStart);
    previous.copy(bytes, this.#secondMpEnd, this.#end);
    return false;
  }

  #equalsPrevious(): boolean {
    const length = this.#end - this.#start;
    const previous = this.#previous;
    if (!this.#previousIsIndexed || previous.length !== length) return false;
    const bytes = this.#bytes;
    const start = this.#start;
    const old = previous.bytes;
    // Backwards: consecutive UPDATEs differ in the tail of AS_PATH or in communities rather than in ORIGIN.
    for (let i = length - 1; i >= 0; i--) if (old[i] !== bytes[start + i]) return false;
    return true;
  }

  /** Compares `[start, end)` with the remembered block from `at` on; the offset after it, or -1 when they differ. */
  #compare(start: number, end: number, at: number): number {
    const previous = this.#previous;
    if (at < 0 || at + end - start > previous.length) return -1;
    const bytes = this.#bytes;
    const old = previous.bytes;
    for (let i = start; i < end; i++, at++) if (bytes[i] !== old[at]) return -1;
    return at;
  }

  #walk(bytes: Uint8Array): void {
    const end = this.#end;
    for (let at = this.#start; at < end; ) {
      const left = end - at;
      const extended = (bytes[at]! & AttributeFlag.ExtendedLength) !== 0;
      // RFC 7606 §4: too few octets for a header, or a value past the end, make routes of this UPDATE be withdrawn.
      if (left < 3 || (extended && left < 4)) {
        const message = 'the attribute block ends within an attribute header';
        this.#faults.report('withdraw', UpdateError.MalformedAttributeList, at, message);
        return;
      }
      const value = at + (extended ? 4 : 3);
      const stop = value + (extended ? readU16(bytes, at + 2) : bytes[at + 2]!);
      if (stop > end) {
        const message = `attribute ${bytes[at + 1]} of ${stop - value} octets runs over the end of the block`;
        this.#faults.report('withdraw', UpdateError.AttributeLength, at + 2, message, bytes.slice(at, end));
        return;
      }
      this.#vet(bytes, at, value, stop);
      if (this.#faults.severity() === 'reset') return;
      at = stop;
    }
  }

  #vet(bytes: Uint8Array, at: number, value: number, stop: number): void {
    const flags = bytes[at]!;
    const code = bytes[at + 1]!;
    const bit = 1 << (code & 31);
    if ((this.#seen[code >>> 5]! & bit) !== 0) {
      this.#refuseDuplicate(bytes, code, at, stop);
      return;
    }
    this.#seen[code >>> 5] = this.#seen[code >>> 5]! | bit;
    const row = attributeRow(code);
    if (row === undefined) {
      if ((flags & AttributeFlag.Optional) === 0) {
        // RFC 4271 §6.3, which RFC 7606 left as it is.
        const message = `well-known attribute ${code} is not recognized`;
        this.#faults.report('reset', UpdateError.UnrecognizedWellKnown, at, message, bytes.slice(at, stop));
        return;
      }
      this.#kept.add(code, flags, value - this.#start, stop - this.#start);
      return;
    }
    const context = this.#context;
    const isTaken = code === AttributeCode.Aigp ? context.aigp : undefined;
    if (row.internalOnly === true && !(isTaken ?? context.type === 'internal')) {
      // RFC 7606 §7.5, §7.9, §7.10, RFC 7311 §3.3
      const message = `${row.name} from an ${context.type} peer is dropped`;
      this.#faults.report('discard', UpdateError.OptionalAttribute, at, message);
      return;
    }
    if (context.as4 && (code === AttributeCode.As4Path || code === AttributeCode.As4Aggregator)) {
      // RFC 6793 §4.1: between speakers of four octets these do not exist.
      const message = `${row.name} from a peer with four-octet AS numbers is dropped`;
      this.#faults.report('discard', UpdateError.OptionalAttribute, at, message);
      return;
    }
    const isMp = code === AttributeCode.MpReach || code === AttributeCode.MpUnreach;
    if ((flags & 0xc0) !== row.flags) {
      // RFC 7606 §3(c): the Optional and Transitive bits must be as specified.
      const message = `${row.name} must not have flags 0x${flags.toString(16).padStart(2, '0')}`;
      const severity = row.flagsSeverity ?? 'withdraw';
      this.#faults.report(severity, UpdateError.AttributeFlags, at, message, bytes.slice(at, stop));
      // What MP_REACH_NLRI and MP_UNREACH_NLRI carry is wanted all the same, to withdraw it.
      if (!isMp) return;
    }
    const subcode = row.check(bytes, value, stop, context);
    if (subcode !== 0) {
      const message = `${row.name} is malformed (${stop - value} octets)`;
      const severity = row.severityOf?.(bytes, value, stop) ?? row.severity;
      this.#faults.report(severity, subcode, value, message, bytes.slice(at, stop));
      return;
    }
    if (isMp) {
      this.#noteMp(code, at, value, stop);
      return;
    }
    if (code === AttributeCode.NextHop) this.nextHopStart = value;
    this.#kept.add(code, flags, value - this.#start, stop - this.#start);
  }

  #refuseDuplicate(bytes: Uint8Array, code: number, at: number, stop: number): void {
    const name = attributeRow(code)?.name ?? `attribute ${code}`;
    const subcode = UpdateError.MalformedAttributeList;
    if (code === AttributeCode.MpReach || code === AttributeCode.MpUnreach) {
      // RFC 7606 §3(g)
      this.#faults.report('reset', subcode, at, `${name} is there twice`, bytes.slice(at, stop));
    } else {
      this.#faults.report('discard', subcode, at, `${name} is there again; the first counts`);
    }
  }

  #noteMp(code: number, at: number, value: number, stop: number): void {
    if (this.#firstMpStart === this.#end) {
      this.#firstMpStart = at;
      this.#firstMpEnd = stop;
    } else {
      this.#secondMpStart = at;
      this.#secondMpEnd = stop;
    }
    if (code === AttributeCode.MpReach) {
      this.reachStart = value;
      this.reachEnd = stop;
    } else {
      this.unreachStart = value;
      this.unreachEnd = stop;
    }
  }
}
