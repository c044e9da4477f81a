/** The CNI configuration file, and the pod ranges that it shall give addresses from. */
export interface CniFileItem {
  readonly path: string;
  /** The node's pod ranges, at most one per family. */
  readonly podCidrs: readonly string[];
  /** MTU for pods; null: what the file has. */
  readonly mtu: number | null;
  /** Text of the file as it is; null in what is wanted. */
  readonly text: string | null;
}
