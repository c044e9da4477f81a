import { interop } from './cases.js';
import { exabgp } from './exabgp.js';

interop(exabgp, import.meta.url);
