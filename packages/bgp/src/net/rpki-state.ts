/** Whether the origin of a route is authorised (RFC 6811 §2.1); `unknown` while nothing provides it. */
export type RpkiState = 'valid' | 'invalid' | 'not-found' | 'unknown';
