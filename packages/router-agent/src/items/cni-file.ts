/** The CNI configuration file, and the pod ranges that it shall give addresses from. */
export interface CniFileItem {
  readonly path: string;
  /** The node's pod ranges, at most one per family. */
  readonly podCidrs: readonly string[];
  /** MTU for pods; null: what the file has. */
  readonly mtu: number | null;
  /** Pods shall reach themselves through the bridge. */
  readonly hairpin: boolean;
  /** Text of the file as it is; null in what is wanted. */
  readonly text: string | null;
}
