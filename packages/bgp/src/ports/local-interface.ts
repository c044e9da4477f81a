/** A network interface of this host, as far as a session on it asks. */
export interface LocalInterface {
  readonly name: string;
  /** Its addresses with the lengths of their prefixes, as text: `192.0.2.1/24`, `fe80::1/64`. */
  readonly addresses: readonly string[];
}
