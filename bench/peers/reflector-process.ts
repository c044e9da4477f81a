// The reflector as a daemon: the path of its JSON file is its argument.
import { readFileSync } from 'node:fs';
import { Reflector, type ReflectorConfig } from './reflector.js';

await new Reflector(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ReflectorConfig).listen();
