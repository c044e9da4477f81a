import t from 'tap';
import { type DecodedMessage, decodeMessage } from '../../src/codec.js';
import { Recital } from '../../src/rehearsal/recital.js';

const AS = 4_200_000_001;
const MAX_MESSAGE = 4096;

type DecodedUpdate = Extract<DecodedMessage, { type: 'UPDATE' }>;

/** The UPDATEs of some lines, decoded. */
function decoded(lines: readonly Uint8Array[]): readonly DecodedUpdate[] {
  const updates: DecodedUpdate[] = [];
  for (const line of lines) {
    for (let at = 0; at < line.length; ) {
      const length = line[at + 16]! * 256 + line[at + 17]!;
      const message = decodeMessage(line.subarray(at, at + length));
      if ('error' in message || message.type !== 'UPDATE' || length > MAX_MESSAGE)
        throw new Error(`not an UPDATE of a session: ${JSON.stringify(message)}`);
      updates.push(message);
      at += length;
    }
  }
  return updates;
}

/** Prefixes that are announced. */
const announcedBy = ({ nlri }: DecodedUpdate): readonly unknown[] => (Array.isArray(nlri) ? nlri : []);

const attributesText = (update: DecodedUpdate): string => JSON.stringify(update.attributes);

t.test('each route is announced once, and the end of the RIB told', (t) => {
  const updates = decoded(new Recital(3_000).announcements(AS, 100, 3_000, 1));
  const prefixes = updates.flatMap(announcedBy);
  t.equal(prefixes.length, 2_900);
  t.equal(new Set(prefixes).size, 2_900);
  t.strictSame(updates.at(-1), decodeMessage(endOfRib()));
  t.end();
});

t.test('what is recited has what tables have', (t) => {
  const updates = decoded(new Recital(8_000).announcements(AS, 0, 8_000, 0)).slice(0, -1);
  const names = new Set(updates.flatMap(({ attributes }) => attributes.map(({ name }) => name)));
  for (const name of ['MULTI_EXIT_DISC', 'AGGREGATOR', 'EXTENDED_COMMUNITIES', 'LARGE_COMMUNITY'])
    t.ok(names.has(name), name);

  const sets = new Map<string, number>();
  for (const update of updates)
    sets.set(attributesText(update), (sets.get(attributesText(update)) ?? 0) + announcedBy(update).length);
  t.ok(sets.size > 800, 'many sets');
  t.ok(
    [...sets.keys()].some((set) => set.length > 4_000),
    'one that is long',
  );
  t.ok(
    [...sets.values()].some((count) => count === 1),
    'sets of one',
  );
  t.ok(
    [...sets.values()].some((count) => count >= 1_200),
    'more prefixes than a message has room for',
  );
  const lists = updates.flatMap(({ attributes }) => attributes.filter(({ name }) => name === 'COMMUNITIES'));
  t.ok(
    lists.some(
      ({ value }) => JSON.stringify(value) !== JSON.stringify([...(value as string[])].sort(byNumber)),
    ),
    'communities that are not sorted',
  );
  const again = updates.findIndex((update, i) => i > 3 && sameSet(update, updates[i - 4]!));
  t.ok(again > 0, 'a set that comes again later');
  t.end();
});

t.test('the higher the variant, the longer the paths; and what is withdrawn was announced', (t) => {
  const recital = new Recital(100);
  const pathLength = (variant: number): number =>
    JSON.stringify(decoded(recital.announcements(AS, 0, 1, variant))[0]?.attributes[1]).split(',').length;
  t.equal(pathLength(3) - pathLength(0), 3);

  const announced = decoded(recital.announcements(AS, 0, 100, 0)).flatMap(announcedBy);
  const withdrawn = decoded(recital.withdrawals(20, 60)).flatMap(({ withdrawn }) => withdrawn);
  t.strictSame(withdrawn, announced.slice(20, 60));
  t.strictSame(recital.withdrawals(20, 20), []);
  t.end();
});

/** Of communities with the same first half. */
function byNumber(one: string, other: string): number {
  return Number(one.split(':')[1]) - Number(other.split(':')[1]);
}

function sameSet(one: DecodedUpdate, other: DecodedUpdate): boolean {
  return attributesText(one) === attributesText(other);
}

/** UPDATE without routes (RFC 4724 §2). */
function endOfRib(): Uint8Array {
  return Uint8Array.from([...new Array(16).fill(0xff), 0, 23, 2, 0, 0, 0, 0]);
}
