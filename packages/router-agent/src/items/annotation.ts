import type { ItemKind } from './item.js';
import { structurallyEqual } from './structural.js';

/** An annotation of the own Node. */
export interface AnnotationItem {
  readonly name: string;
  readonly value: string;
}

export const annotationKind: ItemKind<AnnotationItem> = {
  name: 'annotation',
  key: (item) => item.name,
  equal: structurallyEqual,
};
