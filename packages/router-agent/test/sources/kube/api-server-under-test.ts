import type { AccessRule } from '../../../src/testing/fake-api-server/access-rules.js';

/** The rules of a ClusterRole. */
export type Rules = readonly AccessRule[];

/** An API server that a test may stop and start. */
export interface ApiServerUnderTest {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
  /** On the same port, with the same objects. */
  start(): Promise<void>;
  /** Forgets the history of changes, so that older resource versions are gone. */
  forgetHistory(): Promise<void>;
  /** A kubeconfig for a service account with exactly these rules; from now on, when it is there already. */
  kubeconfigWithRules(rules: Rules): Promise<string>;
}
