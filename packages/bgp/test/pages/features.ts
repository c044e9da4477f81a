import type { DoneFeature, MissingFeature } from './feature.js';
import { routeFeatures } from './route-features.js';
import { sessionFeatures } from './session-features.js';

/** All that such speakers have between them, for the library. */
export const features: readonly (DoneFeature | MissingFeature)[] = [...sessionFeatures, ...routeFeatures];
