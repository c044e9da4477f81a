import { interop } from './cases.js';
import { openbgpd } from './openbgpd.js';

interop(openbgpd, import.meta.url);
