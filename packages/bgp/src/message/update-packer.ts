import { BgpError } from '../errors.js';
import { AttributeCode, AttributeFlag } from '../iana/attribute-code.js';
import { type Family, IPV4_UNICAST } from '../net/family.js';
import { builtFamilies, type FamilyCodecs } from '../nlri/family-codecs.js';
import { createNlriKey, type NlriCodec, type NlriKey } from '../nlri/nlri.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { beginMessage, endMessage } from './header.js';
import { HEADER_LENGTH, MessageType } from './message-type.js';

/** Gives destinations one after the other. */
export interface KeySource {
  /** Fills `key` and returns true, or returns false when there are no more. */
  next(key: NlriKey): boolean;
}

/** What packing depends on: facts of the session. */
export interface PackerOptions {
  /** Largest message in octets: 4096, or 65535 where negotiated (RFC 8654). */
  readonly maxMessage: number;
  /** Whether destinations of a family are sent with path identifiers (RFC 7911). Default: no. */
  addPath?(family: Family): boolean;
  /** Default: the families that are built. */
  readonly codecs?: FamilyCodecs;
}

/** Octets of MP_REACH_NLRI beside its next hop and what it carries: header and fixed fields. */
const REACH_OVERHEAD = 4 + 5;
const MP_FLAGS = AttributeFlag.Optional | AttributeFlag.ExtendedLength;
/** The two length fields of an UPDATE body. */
const BODY_OVERHEAD = 4;

/**
 * Packs destinations into UPDATE messages, each filled up to its maximum before the next is begun. IPv4 unicast goes into
 * the plain fields, other families into MP_REACH_NLRI and MP_UNREACH_NLRI, which come first among the attributes
 * (RFC 7606 §5.1). Messages are appended to `out`; nothing is allocated beside.
 *
 * @example
 * const packer = new UpdatePacker({ maxMessage: 4096 });
 * const keys = [key].values();
 * packer.announce(out, IPV4_UNICAST, block, 0, block.length, null, { next: takeNext }, () => {});
 */
export class UpdatePacker {
  readonly maxMessage: number;
  readonly #options: PackerOptions;
  readonly #key = createNlriKey();

  constructor(options: PackerOptions) {
    this.maxMessage = options.maxMessage;
    this.#options = options;
  }

  /**
   * Announces destinations that share attributes: `attributes[start, end)` as `encodeForSession` wrote them, with NEXT_HOP
   * in it for IPv4 unicast. `nextHop` goes into MP_REACH_NLRI: 16 octets, or 32 with a link-local address (RFC 2545 §3); null
   * for IPv4 unicast in the plain fields, with an IPv6 one it goes into MP_REACH_NLRI as well (RFC 8950). A destination for which a whole message has no room is given to `tooLarge`, for the caller to withdraw.
   * Returns the number of messages.
   */
  announce(
    out: ByteWriter,
    family: Family,
    attributes: Uint8Array,
    start: number,
    end: number,
    nextHop: Uint8Array | null,
    keys: KeySource,
    tooLarge: (key: NlriKey) => void,
  ): number {
    const codec = this.#codec(family);
    const addPath = this.#addPath(family);
    const key = this.#key;
    const plain = family === IPV4_UNICAST && nextHop === null;
    const overhead =
      HEADER_LENGTH + BODY_OVERHEAD + end - start + (plain ? 0 : REACH_OVERHEAD + (nextHop?.length ?? 0));
    let messages = 0;
    let message = -1;
    while (keys.next(key)) {
      const size = codec.size(key, addPath);
      if (overhead + size > this.maxMessage) {
        tooLarge(key);
        continue;
      }
      if (message >= 0 && out.length - message + size > this.#roomFor(plain, end - start)) {
        this.#closeAnnouncement(out, message, plain, attributes, start, end);
        message = -1;
      }
      if (message < 0) {
        message = plain
          ? this.#openPlain(out, attributes, start, end)
          : this.#openReach(out, family, nextHop);
        messages++;
      }
      codec.write(out, key, addPath);
    }
    if (message >= 0) this.#closeAnnouncement(out, message, plain, attributes, start, end);
    return messages;
  }

  /** Withdraws destinations: of labelled ones without their labels (RFC 8277 §2.4). Returns the number of messages. */
  withdraw(out: ByteWriter, family: Family, keys: KeySource): number {
    const codec = this.#codec(family);
    const addPath = this.#addPath(family);
    const key = this.#key;
    const plain = family === IPV4_UNICAST;
    // The plain form ends with the length of the attributes, two octets of zero.
    const limit = this.maxMessage - (plain ? 2 : 0);
    let messages = 0;
    let message = -1;
    while (keys.next(key)) {
      if (message >= 0 && out.length - message + codec.size(key, addPath) > limit) {
        this.#closeWithdrawal(out, message, plain);
        message = -1;
      }
      if (message < 0) {
        message = beginMessage(out, MessageType.Update);
        if (plain) out.u16(0);
        else openUnreach(out, family);
        messages++;
      }
      if (codec.writeWithdrawn === undefined) codec.write(out, key, addPath);
      else codec.writeWithdrawn(out, key, addPath);
    }
    if (message >= 0) this.#closeWithdrawal(out, message, plain);
    return messages;
  }

  /** Appends the End-of-RIB marker of a family (RFC 4724 §2): one message. */
  endOfRib(out: ByteWriter, family: Family): void {
    const message = beginMessage(out, MessageType.Update);
    if (family === IPV4_UNICAST) {
      out.u16(0);
      out.u16(0);
    } else {
      openUnreach(out, family);
      closeMp(out, message);
    }
    endMessage(out, message);
  }

  #codec(family: Family): NlriCodec {
    const codec = (this.#options.codecs ?? builtFamilies).codec(family);
    if (codec !== undefined) return codec;
    throw new BgpError('BGP_ERR_FAMILY', `routes of ${family.name} cannot be sent; use ipv4-unicast`);
  }

  #addPath(family: Family): boolean {
    return this.#options.addPath?.(family) === true;
  }

  /** In the multiprotocol form the other attributes follow the destinations, so room is kept for them. */
  #roomFor(plain: boolean, attributesLength: number): number {
    return plain ? this.maxMessage : this.maxMessage - attributesLength;
  }

  #openPlain(out: ByteWriter, attributes: Uint8Array, start: number, end: number): number {
    const message = beginMessage(out, MessageType.Update);
    out.u16(0);
    out.u16(end - start);
    out.copy(attributes, start, end);
    return message;
  }

  /** MP_REACH_NLRI comes first; its length, and that of all attributes, are filled in when the message is closed. */
  #openReach(out: ByteWriter, family: Family, nextHop: Uint8Array | null): number {
    const message = beginMessage(out, MessageType.Update);
    out.u16(0);
    out.u16(0);
    out.u8(MP_FLAGS);
    out.u8(AttributeCode.MpReach);
    out.u16(0);
    out.u16(family.afi);
    out.u8(family.safi);
    out.u8(nextHop?.length ?? 0);
    if (nextHop !== null) out.copy(nextHop);
    out.u8(0);
    return message;
  }

  #closeAnnouncement(
    out: ByteWriter,
    message: number,
    plain: boolean,
    attributes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (!plain) {
      const mpEnd = out.length;
      out.copy(attributes, start, end);
      closeMp(out, message, mpEnd);
    }
    endMessage(out, message);
  }

  #closeWithdrawal(out: ByteWriter, message: number, plain: boolean): void {
    if (plain) {
      const body = message + HEADER_LENGTH;
      out.patch16(body, out.length - body - 2);
      out.u16(0);
    } else {
      closeMp(out, message);
    }
    endMessage(out, message);
  }
}

function openUnreach(out: ByteWriter, family: Family): void {
  out.u16(0);
  out.u16(0);
  out.u8(MP_FLAGS);
  out.u8(AttributeCode.MpUnreach);
  out.u16(0);
  out.u16(family.afi);
  out.u8(family.safi);
}

/** Fills in the length of the MP attribute, which is the first and ends at `mpEnd`, and of all attributes. */
function closeMp(out: ByteWriter, message: number, mpEnd: number = out.length): void {
  const attributesLength = message + HEADER_LENGTH + 2;
  const attributes = attributesLength + 2;
  out.patch16(attributesLength, out.length - attributes);
  out.patch16(attributes + 2, mpEnd - attributes - 4);
}
