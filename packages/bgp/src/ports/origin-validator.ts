import type { Family } from '../net/family.js';
import type { RpkiState } from '../net/rpki-state.js';

/** Knows which AS may originate which prefix (RFC 6811), for example from an RPKI cache. */
export interface OriginValidator {
  /**
   * State of a route, at once and without I/O. The words are those of the prefix, most significant first, IPv4 in `a`;
   * `originAs` is 0 when the path has none. When answers change, call `speaker.revalidate()`.
   */
  state(
    family: Family,
    prefix: { readonly a: number; readonly b: number; readonly c: number; readonly d: number },
    length: number,
    originAs: number,
  ): RpkiState;
}
