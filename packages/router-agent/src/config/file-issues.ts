import * as z from 'zod';
import { nearestName } from './nearest-name.js';
import { type FileMistake, type FilePath, pathText, type YamlFile } from './yaml-places.js';

type Issue = z.core.$ZodIssue;

const kinds: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'fields with values',
  record: 'names with values',
};

/** What a schema refuses, as sentences with the value and the way out. */
export function fileMistakes(
  issues: readonly Issue[],
  schema: z.ZodType,
  file: YamlFile,
  value: unknown,
): readonly FileMistake[] {
  return issues.flatMap((issue): readonly FileMistake[] => {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') {
      const known = fieldsAt(schema, path);
      return issue.keys.map((key) => ({
        line: file.lineOf([...path, key]),
        message: `${pathText([...path, key])} is not known; ${wayOut(key, known)}`,
      }));
    }
    const found = valueAt(value, path);
    const deepest = issue.code === 'invalid_union' ? branchOf(issue, found) : null;
    if (deepest !== null) {
      const inner = deepest.map((each) => ({ ...each, path: [...path, ...each.path] }));
      return fileMistakes(inner as Issue[], schema, file, value);
    }
    const name = pathText(path) || 'the file';
    const message =
      found === undefined
        ? `${name} is missing; give ${mustOf(issue)}`
        : `${name} must be ${mustOf(issue)}, got ${JSON.stringify(found)?.slice(0, 60)}`;
    return [{ line: file.lineOf(path), message }];
  });
}

function wayOut(wrong: string, known: readonly string[]): string {
  const near = nearestName(wrong, known);
  const plain = wrong.replaceAll(/[-_]/g, '').toLowerCase();
  const begun = known.find((name) => name.replaceAll('-', '').toLowerCase().startsWith(plain));
  const meant = begun ?? near;
  if (meant !== null) return `did you mean ${meant}?`;
  return known.length === 0 ? 'remove it' : `there can be ${known.join(', ')}`;
}

/** Where alternatives are refused for what is inside, the one of the value's own form says why. */
function branchOf(issue: Issue & { code: 'invalid_union' }, value: unknown): readonly Issue[] | null {
  if (typeof value !== 'object' || value === null) return null;
  return (
    issue.errors.find(
      (errors) => !errors.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
    ) ?? null
  );
}

function mustOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return kinds[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `${issue.origin === 'array' ? 'a list of at least' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_union':
      return [...new Set(issue.errors.map(([first]) => (first === undefined ? '' : mustOf(first))))]
        .filter((text) => text !== '')
        .join(', or ');
    case 'invalid_key':
      return `named by ${issue.issues.map(mustOf).join(' and ')}`;
    default:
      return issue.message;
  }
}

function valueAt(value: unknown, path: FilePath): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined,
    value,
  );
}

/** Names of the fields that the schema has at a path. */
function fieldsAt(schema: z.ZodType, path: FilePath): readonly string[] {
  let shape = shapeOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  for (const step of path) {
    const forms = [shape, ...(shape.anyOf ?? []).map(shapeOf)];
    const next = forms.flatMap((form) => {
      const inside =
        typeof step === 'number'
          ? form.items
          : (form.properties?.[String(step)] ?? form.additionalProperties);
      return typeof inside === 'object' ? [inside] : [];
    });
    shape = shapeOf(next[0]);
  }
  const forms = [shape, ...(shape.anyOf ?? []).map(shapeOf)];
  return forms.flatMap(({ properties, propertyNames }) => [
    ...Object.keys(properties ?? {}),
    ...(propertyNames?.enum ?? []),
  ]);
}

/** The part of JSON Schema that is looked at. */
interface Shape {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly items?: unknown;
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly unknown[];
}

function shapeOf(value: unknown): Shape {
  return typeof value === 'object' && value !== null ? value : {};
}
