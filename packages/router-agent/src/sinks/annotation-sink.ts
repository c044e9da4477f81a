/** Annotations to set on a Node object; null takes one away. */
export type AnnotationChange = Readonly<Record<string, string | null>>;

/** Where the agent writes what other nodes have to know of its own. It writes nothing else to the cluster. */
export interface AnnotationSink {
  /** Rejects when it cannot be written, with the way out. */
  set(node: string, change: AnnotationChange, signal: AbortSignal): Promise<void>;
}
