import type { Io } from '../result.js';

/** Starts the node agent. It parses its own options, because they are those of kube-router, in Go's forms. */
export async function runAgentCommand(argv: readonly string[], io: Io): Promise<number> {
  const { runAgent } = await import('@peerage/router-agent/run');
  return runAgent(argv, io.env, { stdout: io.stdout, stderr: io.stderr });
}
