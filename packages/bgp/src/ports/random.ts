/** Randomness as a port: used for jitter only, never for secrets. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}
