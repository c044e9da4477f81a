import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import type { EditsDeclaration } from '../../src/policy/edits.js';
import type { Match } from '../../src/policy/match.js';

/** Each field, with the words of the guide that stand for it: one that is missing here does not compile. */
const matches: Readonly<Record<keyof Match, string>> = {
  prefixes: '`prefixes`',
  family: '`family`',
  anyCommunity: '`anyCommunity`',
  allCommunities: '`allCommunities`',
  noCommunity: '`noCommunity`',
  anyLargeCommunity: '`anyLargeCommunity`',
  allLargeCommunities: '`allLargeCommunities`',
  noLargeCommunity: '`noLargeCommunity`',
  anyExtendedCommunity: '`anyExtendedCommunity`',
  allExtendedCommunities: '`allExtendedCommunities`',
  noExtendedCommunity: '`noExtendedCommunity`',
  source: '`source`',
  target: '`target`',
  owner: '`owner`',
  asPathLength: '`asPathLength`',
  asPath: '`asPath`',
  originAs: '`originAs`',
  neighborAs: '`neighborAs`',
  nextHop: '`nextHop`',
  origin: '`origin`',
  med: '`med`',
  localPref: '`localPref`',
  rpki: '`rpki`',
  not: '`not`',
  anyOf: '`anyOf`',
};
const kinds = '`Communities`, `LargeCommunities` and `ExtendedCommunities`';
const edits: Readonly<Record<keyof EditsDeclaration, string>> = {
  origin: '`origin`',
  med: '`med`',
  addMed: '`addMed`',
  localPref: '`localPref`',
  addLocalPref: '`addLocalPref`',
  prepend: '`prepend:',
  prependAses: '`prependAses:',
  asPath: '`asPath:',
  replaceAses: '`replaceAses:',
  removeAses: '`removeAses:',
  atomicAggregate: '`atomicAggregate`',
  aggregator: '`aggregator:',
  onlyToCustomer: '`onlyToCustomer`',
  removeAttributes: '`removeAttributes:',
  setAttributes: '`setAttributes:',
  addCommunities: kinds,
  removeCommunities: kinds,
  setCommunities: kinds,
  addLargeCommunities: kinds,
  removeLargeCommunities: kinds,
  setLargeCommunities: kinds,
  addExtendedCommunities: kinds,
  removeExtendedCommunities: kinds,
  setExtendedCommunities: kinds,
  aigp: '`aigp`',
  nextHop: '`nextHop`',
};

t.test('everything that can be matched and changed is in the guide and in tests', async (t) => {
  const guide = readFileSync(new URL('../../../../docs/guide/policy.md', import.meta.url), 'utf8');
  const [, matching = '', changing = ''] =
    /## What can be matched\n([\s\S]*?)## What can be changed\n([\s\S]*?)\n## /.exec(guide) ?? [];
  const folder = new URL('./', import.meta.url);
  const tests = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('guide-'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
  for (const [field, words] of Object.entries(matches)) {
    t.ok(matching.includes(words), `the guide says what is matched by ${field}`);
    t.match(tests, new RegExp(`\\b${field}: `), `${field} has a test`);
  }
  for (const [field, words] of Object.entries(edits)) {
    t.ok(changing.includes(words), `the guide says what is changed by ${field}`);
    t.match(tests, new RegExp(`\\b${field}: `), `${field} has a test`);
  }
});
