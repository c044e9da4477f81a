/** Our caller gave a source something that it cannot start from: no such folder, a kubeconfig that does not parse. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code = 'AGENT_ERR_SOURCE';
}
