import { type AttributeForm, type AttributeNote, readAttributes } from './attribute-form.js';
import { ABSENT, type Expectation, NO_FEEDER, type SetId, type Verdict } from './expectation.js';
import { formatPrefix } from './prefix-set.js';
import { DUT_AS, type PlayedPeer } from './world.js';

/** What makes a run fail, beside prefixes that are not right. */
export type ReceiverFault =
  | Exclude<AttributeNote, 'medLeaked' | 'partialNotSet'>
  | 'asNotPrepended'
  | 'nextHop'
  | 'unknownPrefix'
  | 'policy';
/** What is only told. */
export type ReceiverNote = Extract<AttributeNote, 'medLeaked' | 'partialNotSet'> | 'unchanged' | 'echoed';

const TOLD_ONLY: ReadonlySet<string> = new Set<ReceiverNote>([
  'medLeaked',
  'partialNotSet',
  'unchanged',
  'echoed',
]);

/** Attribute blocks that were taken apart, by their octets: receivers of one daemon see the same ones. */
export class FormCache {
  readonly #forms = new Map<string, AttributeForm & { readonly set: SetId }>();
  readonly #expectation: Expectation;

  constructor(expectation: Expectation) {
    this.#expectation = expectation;
  }

  read(bytes: Buffer, start: number, end: number): AttributeForm & { readonly set: SetId } {
    const octets = bytes.toString('latin1', start, end);
    let form = this.#forms.get(octets);
    if (form === undefined) {
      const taken = readAttributes(bytes, start, end, true);
      form = { ...taken, set: this.#expectation.find(taken.text) };
      this.#forms.set(octets, form);
    }
    return form;
  }

  /** What is announced has changed: sets that were strange may be known now. */
  clear(): void {
    this.#forms.clear();
  }
}

/**
 * What one peer of the daemon holds, prefix by prefix, and since when all of it is right. It reads UPDATEs long after they
 * came: each with the time at which its last octet was received.
 */
export class Receiver {
  readonly peer: PlayedPeer;
  /** The feeder that it is, or `NO_FEEDER`. */
  readonly feeder: number;
  readonly faults = new Map<ReceiverFault, number>();
  readonly notes = new Map<ReceiverNote, number>();
  readonly examples: string[] = [];
  updates = 0;
  routes = 0;
  withdrawn = 0;
  /** When it became right and stayed so; null while it is not, and when it was already at `begin`. */
  rightSince: number | null = null;
  /** When it received the first UPDATE with something in it, since `begin`. */
  firstAt: number | null = null;
  readonly #expectation: Expectation;
  readonly #forms: FormCache;
  readonly #held: Int32Array;
  /** By number of feeder, on its own link: where the next hop may still be the feeder's (RFC 4271 §5.1.3). */
  readonly #neighbours: readonly string[];
  readonly #isFiltered: boolean;
  #right = 0;

  constructor(peer: PlayedPeer, world: readonly PlayedPeer[], expectation: Expectation, forms: FormCache) {
    this.peer = peer;
    this.feeder = peer.role === 'feeder' ? peer.number : NO_FEEDER;
    this.#expectation = expectation;
    this.#forms = forms;
    this.#isFiltered = expectation.isFiltered;
    this.#held = new Int32Array(expectation.size);
    const feeders = this.feeder === NO_FEEDER ? [] : world.filter(({ role }) => role === 'feeder');
    this.#neighbours = feeders.map(({ address }) => address);
  }

  get isRight(): boolean {
    return this.#right === this.#expectation.size;
  }

  /** What is expected has changed. */
  begin(): void {
    this.#right = 0;
    for (let prefix = 0; prefix < this.#held.length; prefix++) {
      if (this.#expectation.isRight(this.feeder, prefix, this.#held[prefix]!)) this.#right++;
    }
    this.rightSince = null;
    this.firstAt = null;
  }

  /** Reads the body of one UPDATE, `bytes[start, end)`. */
  read(bytes: Buffer, start: number, end: number, time: number): void {
    const withdrawnEnd = start + 2 + (end - start < 2 ? end : bytes.readUInt16BE(start));
    const attributes = withdrawnEnd + 2;
    const nlri = attributes > end ? attributes : attributes + bytes.readUInt16BE(withdrawnEnd);
    if (nlri > end) {
      this.#fault('malformed', 'a length in an UPDATE');
      return;
    }
    // End-of-RIB
    if (end - start === 4) return;
    this.updates++;
    this.firstAt ??= time;
    this.withdrawn += this.#readPrefixes(bytes, start + 2, withdrawnEnd, ABSENT, time);
    if (nlri === end) {
      if (nlri > attributes) this.#fault('malformed', 'attributes without a prefix');
      return;
    }
    const form = this.#forms.read(bytes, attributes, nlri);
    this.routes += this.#readPrefixes(bytes, nlri, end, this.#vet(form), time, form.med);
  }

  /** How many prefixes are not right, and how. */
  verdicts(): Map<Exclude<Verdict, 'right'>, number> {
    const counts = new Map<Exclude<Verdict, 'right'>, number>();
    for (let prefix = 0; prefix < this.#held.length; prefix++) {
      const verdict = this.#expectation.judge(this.feeder, prefix, this.#held[prefix]!);
      if (verdict === 'right') continue;
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      this.#example(`${this.#expectation.dataset.prefixes.format(prefix)}: ${verdict}`);
    }
    return counts;
  }

  /** Counts what is wrong with attributes, and gives the set that counts. */
  #vet(form: AttributeForm & { readonly set: SetId }): SetId {
    for (const note of form.notes) {
      if (TOLD_ONLY.has(note)) this.#note(note as ReceiverNote);
      else this.#fault(note as ReceiverFault, form.text);
    }
    if (form.firstAs !== DUT_AS) this.#fault('asNotPrepended', `AS ${form.firstAs}`);
    const owner = this.#expectation.ownerOf(form.set);
    if (form.nextHop !== this.peer.dutAddress && form.nextHop !== this.#neighbours[owner]) {
      this.#fault('nextHop', form.nextHop);
    }
    // Its own route came back: it finds its AS in the path, and takes it for withdrawn (RFC 4271 §9.1.2).
    if (this.feeder === NO_FEEDER || owner !== this.feeder) return form.set;
    this.#note('echoed');
    return ABSENT;
  }

  /** Returns how many there were. */
  #readPrefixes(
    bytes: Buffer,
    start: number,
    end: number,
    set: SetId,
    time: number,
    med: number | null = null,
  ): number {
    let count = 0;
    const { prefixes } = this.#expectation.dataset;
    for (let at = start; at < end; ) {
      const length = bytes[at]!;
      const next = at + 1 + ((length + 7) >> 3);
      if (length > 32 || next > end) {
        this.#fault('malformed', `a prefix of ${length} bits`);
        break;
      }
      let address = 0;
      for (let i = at + 1; i < next; i++) address = address * 256 + bytes[i]!;
      address = (address * 2 ** (8 * (5 - (next - at)))) >>> 0;
      at = next;
      count++;
      const prefix = prefixes.find(address, length);
      if (prefix >= 0) {
        if (this.#isFiltered && set > ABSENT && this.#expectation.medOf(prefix, set) !== med) {
          this.#fault('policy', `${formatPrefix(address, length)}: MED ${med}`);
        }
        this.#hold(prefix, set, time);
      } else if (set !== ABSENT) this.#fault('unknownPrefix', formatPrefix(address, length));
    }
    return count;
  }

  #hold(prefix: number, set: SetId, time: number): void {
    const held = this.#held[prefix]!;
    if (held === set) {
      if (set !== ABSENT) this.#note('unchanged');
      return;
    }
    const expectation = this.#expectation;
    const change =
      Number(expectation.isRight(this.feeder, prefix, set)) -
      Number(expectation.isRight(this.feeder, prefix, held));
    this.#held[prefix] = set;
    if (change === 0) return;
    this.#right += change;
    this.rightSince = this.isRight ? time : null;
  }

  #note(note: ReceiverNote): void {
    this.notes.set(note, (this.notes.get(note) ?? 0) + 1);
  }

  #fault(fault: ReceiverFault, what: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    this.#example(`${fault} (${what.split('\n').join(', ')})`);
  }

  #example(text: string): void {
    if (this.examples.length < 5) this.examples.push(`${this.peer.role} ${this.peer.number}, ${text}`);
  }
}
