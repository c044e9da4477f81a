import { interop } from './cases.js';
import { gobgp } from './gobgp.js';

interop(gobgp, import.meta.url);
