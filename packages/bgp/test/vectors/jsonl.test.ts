import { needs, type Vector, vectorFiles, vectors } from '@peerage/test-fixtures';
import t from 'tap';
import { fromHex } from '../../src/wire/hex.js';
import { type Rule, rules } from './expectations.js';
import { type Outcome, type Reading, readVector } from './read-vector.js';
import { Tally, tableOf } from './tally.js';

/** How the source says that bytes of a kind are to be read. */
function readingOf(vector: Vector): Reading | null {
  const { kind, attr, session, asn4, hasNlri } = vector.expect;
  switch (kind) {
    case 'path-attributes':
      return {
        as: 'path-attributes',
        external: session !== 'ibgp',
        as2: asn4 === false,
        withoutNlri: hasNlri === false,
      };
    case 'attr-value':
      return { as: 'attr-value', code: attr! };
    case 'message':
    case 'capabilities':
    case 'optional-parameters':
      return { as: kind };
    default:
      return null;
  }
}

type Expected = 'accepted' | 'refused' | 'withdraw' | 'reset';

function expectedBySource(vector: Vector): Expected | null {
  const { outcome, verdict } = vector.expect;
  if (outcome === 'parse' || outcome === 'proceed' || verdict === 'good') return 'accepted';
  if (outcome === 'treat-as-withdraw') return 'withdraw';
  if (outcome === 'session-error') return 'reset';
  return outcome === 'error' || verdict === 'bad' ? 'refused' : null;
}

function agrees(outcome: Outcome, expected: Expected, vector: Vector): boolean {
  switch (expected) {
    case 'accepted':
      // FRR's "proceed" allows an attribute to be dropped.
      return outcome.accepted || (vector.source.startsWith('frr:') && outcome.severity === 'discard');
    case 'refused':
      return !outcome.accepted;
    default:
      return outcome.severity === expected;
  }
}

function findRule(vector: Vector): Rule | undefined {
  const [project, path] = vector.source.split(':');
  const place = `${path?.split('/').at(-1)}:${vector.name}`;
  return rules[project!]?.find((rule) => rule.match.test(place));
}

t.test('every vector is decoded or refused as it says', needs('PEERAGE_VECTORS'), (t) => {
  const tallies: Tally[] = [];
  for (const file of vectorFiles()) {
    const tally = new Tally(file);
    tallies.push(tally);
    for (const vector of vectors(file)) judge(vector, tally);
    t.same(tally.wrong, [], `${file}: none is wrong`);
    t.same(tally.unexpected, [], `${file}: none is without expectation`);
    t.same(tally.unexplained, [], `${file}: what differs when written again is explained`);
  }
  for (const line of tableOf(tallies)) t.comment(line);
  t.end();
});

function judge(vector: Vector, tally: Tally): void {
  const rule = findRule(vector);
  const label = `${vector.source} ${vector.name}`;
  if (rule?.unbuilt !== undefined) {
    tally.unbuilt++;
    return;
  }
  if (rule?.isPiece === true) {
    tally.pieces++;
    return;
  }
  const reading = rule?.reading ?? readingOf(vector);
  const expected = rule?.expect ?? expectedBySource(vector);
  if (reading === null || expected === null) {
    tally.unexpected.push(label);
    return;
  }
  const outcome = readVector(fromHex(vector.hex)!, reading);
  if (outcome.unbuilt) tally.unbuilt++;
  else if (!agrees(outcome, expected, vector))
    tally.wrong.push(`${label}: expected ${expected}, ${outcome.detail}`);
  tally.count(outcome, label);
}
