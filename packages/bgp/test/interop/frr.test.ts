import { interop } from './cases.js';
import { frr } from './frr.js';

interop(frr, import.meta.url);
