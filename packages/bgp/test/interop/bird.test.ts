import { bird } from './bird.js';
import { interop } from './cases.js';

interop(bird, import.meta.url);
