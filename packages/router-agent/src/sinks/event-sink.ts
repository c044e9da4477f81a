/** What happened on a node, as Kubernetes tells it: `kubectl describe node` shows these. */
export interface NodeEvent {
  readonly type: 'Normal' | 'Warning';
  /** In CamelCase, stable: alerts may rest on it. */
  readonly reason: string;
  readonly message: string;
}

/** Where Events about the own Node are written. */
export interface EventSink {
  /** Rejects when it cannot be written, with the way out. */
  send(node: string, event: NodeEvent, signal: AbortSignal): Promise<void>;
}
