import type { FlagType } from '../../config/flag-type.js';
import { nearestName } from '../../config/nearest-name.js';
import type { Problem, StringMap } from '../../model/cluster.js';
import { type AnnotationName, annotationNames, annotations } from './annotation-table.js';

/** Something that has annotations, and its place in messages. */
export interface Annotated {
  readonly annotations: StringMap;
  /** `nodes/n1`, `services/default/web`. */
  readonly place: string;
}

/** Text as it stands there; undefined where the annotation is not, so that an empty one counts as there. */
export function annotationText(
  object: Pick<Annotated, 'annotations'>,
  name: AnnotationName,
): string | undefined {
  return Object.hasOwn(object.annotations, name) ? object.annotations[name] : undefined;
}

/** Reads annotations of one object, and keeps what is wrong with them. What cannot be read counts as not given. */
export class AnnotationReader {
  readonly problems: Problem[] = [];
  readonly #object: Annotated;

  constructor(object: Annotated) {
    this.#object = object;
  }

  text(name: AnnotationName): string | undefined {
    return annotationText(this.#object, name);
  }

  /** One value. */
  value<T>(name: AnnotationName, type: FlagType<T>): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const parsed = type.parse(text.trim());
    if (parsed.ok && text.trim() !== '') return parsed.value;
    const must = parsed.ok ? type.allowed : parsed.must;
    this.tell(name, `${shown(type, text)} must be ${must}; it counts as not given`);
    return undefined;
  }

  /** A comma list, of which what cannot be read is left out. An empty list is one without items. */
  items<T>(name: AnnotationName, type: FlagType<T>): readonly T[] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (text.trim() === '') return [];
    const values: T[] = [];
    for (const [i, part] of text.split(',').entries()) {
      const parsed = type.parse(part.trim());
      if (parsed.ok && part.trim() !== '') values.push(parsed.value);
      else {
        const must = parsed.ok ? `${type.allowed}, or removed` : parsed.must;
        this.tell(name, `item ${i + 1}, ${shown(type, part.trim())}, must be ${must}; it is left out`);
      }
    }
    return values;
  }

  tell(name: AnnotationName, what: string): void {
    this.problems.push({ place: this.#object.place, message: `annotation ${name}: ${what}` });
  }
}

/** Passwords are not shown. */
function shown<T>({ secret }: FlagType<T>, text: string): string {
  return secret ? 'which is not shown,' : JSON.stringify(text);
}

const ours = ['kube-router.io/', 'peerage.io/'];
const namesOn = (on: 'node' | 'service'): ReadonlySet<string> =>
  new Set(annotationNames.filter((name) => annotations[name].on === on));
const known = { node: namesOn('node'), service: namesOn('service') } as const;

/** One problem for each annotation of these names that nobody gives a meaning; their values may be secret. */
export function unknownAnnotations(on: 'node' | 'service', object: Annotated): readonly Problem[] {
  const isUnknown = (key: string): boolean =>
    ours.some((prefix) => key.startsWith(prefix)) && !known[on].has(key);
  return Object.keys(object.annotations)
    .filter(isUnknown)
    .sort()
    .map((key) => {
      const near = nearestName(key, known[on]);
      const way = known[on === 'node' ? 'service' : 'node'].has(key)
        ? `it is one of ${on === 'node' ? 'services' : 'nodes'}`
        : near === null
          ? 'see the reference of annotations for those that are'
          : `did you mean ${near}?`;
      return {
        place: object.place,
        message: `annotation ${key} is not known to this agent and has no effect; ${way}`,
      };
    });
}
