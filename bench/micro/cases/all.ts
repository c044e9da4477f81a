import type { BenchFile } from '../bench.js';
import { decide } from './decide.js';
import { decode } from './decode.js';
import { group } from './group.js';
import { hash } from './hash.js';
import { intern } from './intern.js';
import { pack } from './pack.js';
import { policy } from './policy.js';

/** In the order in which a route meets them. */
export const allBenches: readonly BenchFile[] = [decode, hash, intern, decide, group, pack, policy];
