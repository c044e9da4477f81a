import type { ItemKind } from './item.js';

/** Our rules at the top of the FORWARD chain of iptables, so that packets of pods pass although its policy is DROP. */
export interface ForwardAcceptItem {
  /** Which iptables holds the chain. */
  readonly program: string;
}

export const forwardAcceptKind: ItemKind<ForwardAcceptItem> = {
  name: 'FORWARD rules of',
  key: (item) => item.program,
  equal: (a, b) => a.program === b.program,
};

/** What holds them, and knows where they are needed. */
export interface ForwardAccepts {
  /** The programs whose FORWARD chain drops what no rule of it accepts. */
  needed(signal: AbortSignal): Promise<readonly ForwardAcceptItem[]>;
}
