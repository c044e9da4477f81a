import { readFileSync } from 'node:fs';

/** What z.toJSONSchema gives, as far as the page shows it. */
export interface FieldShape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly items?: FieldShape;
  readonly anyOf?: readonly FieldShape[];
  readonly properties?: Readonly<Record<string, FieldShape>>;
  readonly propertyNames?: FieldShape;
  readonly additionalProperties?: FieldShape | boolean;
  readonly required?: readonly string[];
}

/** Interfaces of the library that stand in fields. */
const nested = [
  ['confederation.', 'Confederation'],
  ['localAs.', 'LocalAs'],
  ['limits.', 'PeerLimits'],
  ['maxPrefixes.FAMILY.', 'MaxPrefixes'],
  ['gracefulRestart.', 'GracefulRestartConfig'],
  ['defaultOriginate.', 'DefaultOriginate'],
  ['aggregates[].', 'Aggregate'],
  ['authentication.tcpAo.keys[].', 'TcpAoKey'],
] as const;

function under(at: string, docs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(docs).map(([field, text]) => [at + field, text]));
}

/** Doc comments of the fields of an interface of the library, as one line each. */
function docsOf(text: string, name: string): Readonly<Record<string, string>> {
  const body =
    new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(text)?.[1] ?? '';
  const docs: Record<string, string> = {};
  for (const [, comment = '', field = ''] of body.matchAll(
    /^ {2}\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n {2}readonly (\w+)\??:/gm,
  )) {
    docs[field] = comment.replace(/\s*\n\s*\* ?/g, ' ').trim();
  }
  return docs;
}

function typeText(shape: FieldShape): string {
  if (shape.anyOf !== undefined) return shape.anyOf.map(typeText).join(' or ');
  if (shape.const !== undefined) return `\`${String(shape.const)}\``;
  if (shape.enum !== undefined) return shape.enum.map((value) => `\`${String(value)}\``).join(', ');
  const most = Number.MAX_SAFE_INTEGER;
  const { minimum = shape.exclusiveMinimum, maximum } = shape;
  const from = minimum === undefined || minimum === -most ? '' : `${minimum}`;
  const to = maximum === undefined || maximum === most ? '' : `${maximum}`;
  switch (shape.type) {
    case 'integer':
    case 'number': {
      const name = shape.type === 'integer' ? 'integer' : 'number';
      if (shape.exclusiveMinimum !== undefined)
        return `${name} over ${from}${to === '' ? '' : ` up to ${to}`}`;
      if (to === '') return from === '' ? name : `${name} from ${from}`;
      return `${name} ${from} … ${to}`;
    }
    case 'boolean':
      return '`true`, `false`';
    case 'string':
      return 'text';
    case 'array':
      return `list of ${typeText(shape.items ?? {})}`;
    case 'object':
      if (shape.properties !== undefined) return 'fields below';
      if (shape.propertyNames?.enum !== undefined)
        return `by family: ${typeText(shape.additionalProperties as FieldShape)}`;
      return 'by name';
    default:
      return 'anything';
  }
}

/** The fields of what an object, a list of them, or one of several forms has; undefined for plain values. */
export function fieldsOf(shape: FieldShape): FieldShape | undefined {
  if (shape.properties !== undefined) return shape;
  const parts = [...(shape.anyOf ?? []), shape.items, shape.additionalProperties];
  return parts
    .filter((part): part is FieldShape => typeof part === 'object')
    .map(fieldsOf)
    .find((part) => part !== undefined);
}

/** Rows of a table of fields. `own`: what the file means by a field, in place of what the library says of it. */
export function fieldRows(
  shape: FieldShape,
  prefix: string,
  docs: Readonly<Record<string, string>>,
  depth: number,
  own: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(shape.properties ?? {}).flatMap(([field, value]) => {
    const path = prefix + field;
    // What stands below a field may be told with it.
    const isBelow = prefix !== '';
    const meaning = own[path] ?? docs[path] ?? own[field] ?? (isBelow ? '' : undefined);
    if (meaning === undefined)
      throw new Error(`${path} has neither a doc comment in the library nor a text of its own`);
    const must = shape.required?.includes(field) ? 'yes' : '';
    const row = `| \`${path}\` | ${typeText(value)} | ${must} | ${meaning.replaceAll('|', '\\|')} |`;
    const below = fieldsOf(value);
    if (below === undefined || depth === 0) return [row];
    const step = value.type === 'object' && value.properties === undefined ? `${path}.FAMILY.` : `${path}.`;
    return [row, ...fieldRows(below, value.type === 'array' ? `${path}[].` : step, docs, depth - 1, own)];
  });
}

/** What the library says of the fields of its configuration. */
export function libraryDocs() {
  const text = ['settings/config', 'settings/aggregate']
    .map((name) =>
      readFileSync(new URL(`../../packages/bgp/src/speaker/${name}.ts`, import.meta.url), 'utf8'),
    )
    .join('\n');
  const below = Object.assign(inlineDocs(text), ...nested.map(([at, name]) => under(at, docsOf(text, name))));
  return {
    speaker: { ...below, ...docsOf(text, 'SpeakerConfig') },
    peer: { ...below, ...docsOf(text, 'PeerConfig') },
    range: docsOf(text, 'PeerRange'),
    announcement: docsOf(text, 'Announcement'),
    aggregate: docsOf(text, 'Aggregate'),
  };
}

/** Fields of objects that are written in place, such as \`addPath\`, by their path. */
function inlineDocs(text: string): Readonly<Record<string, string>> {
  const docs: Record<string, string> = {};
  for (const [, parent = '', body = ''] of text.matchAll(/^ {2}readonly (\w+)\?: \{\n([\s\S]*?)^ {2}\};/gm)) {
    for (const [, comment = '', field = ''] of body.matchAll(
      /^ {4}\/\*\* ([^\n]*?) \*\/\n {4}readonly (\w+)\??:/gm,
    )) {
      docs[`${parent}.${field}`] = comment;
    }
  }
  return docs;
}
