// A daemon with a mistake, for tests of the driver: the kind of mistake and the path of its JSON file are its arguments.
import { readFileSync } from 'node:fs';
import { Reflector, type ReflectorConfig } from '../../peers/reflector.js';
import type { Tamper } from '../../peers/rewrite-update.js';
import { prefixOctets } from './small-world.js';

let updates = 0;
const mistakes: Readonly<Record<string, Tamper>> = {
  missing: (attributes, nlri) => (++updates === 3 ? null : [attributes, nlri]),
  extra: (attributes, nlri) => [attributes, Buffer.concat([nlri, prefixOctets('198.18.0.0', 15)])],
  wrong: (attributes, nlri) => [attributes.with(3, 1 - (attributes[3]! & 1)), nlri],
};
const config = JSON.parse(readFileSync(process.argv[3] ?? '', 'utf8')) as ReflectorConfig;
await new Reflector(config, mistakes[process.argv[2] ?? ''] ?? null).listen();
