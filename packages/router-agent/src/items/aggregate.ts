import type { OriginatedAttributes } from './advertisement.js';
import type { ItemKind } from './item.js';
import type { DeclaredPolicy } from './policy.js';
import { structurallyEqual } from './structural.js';

/** A route of this node that is there while more specific ones are. */
export interface AggregateItem {
  /** Canonical text. */
  readonly prefix: string;
  readonly asSet: boolean;
  /** The more specific ones are not announced. */
  readonly summaryOnly: boolean;
  /** Packets that no more specific route takes are dropped. */
  readonly discard: boolean;
  /** Routes that it accepts contribute; absent: all more specific ones that are chosen. */
  readonly contributors?: DeclaredPolicy;
  readonly attributes?: OriginatedAttributes;
}

export const aggregateKind: ItemKind<AggregateItem> = {
  name: 'aggregate',
  key: (item) => item.prefix,
  equal: structurallyEqual,
};
