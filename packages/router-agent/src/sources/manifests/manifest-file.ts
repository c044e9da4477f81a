import { type Document, isMap, isNode, isSeq, LineCounter, parseAllDocuments, type YAMLError } from 'yaml';
import type { Problem } from '../../model/cluster.js';
import { type ClusterObject, placeOf } from '../cluster-object.js';
import { type FieldPath, formatPath } from '../raw-object.js';
import { type RawKind, rawKindOf, translate } from '../translate.js';
import { itemLines } from './json-lines.js';

/** One object of a file, and the line on which it begins. */
export interface ManifestObject {
  readonly object: ClusterObject;
  readonly line: number;
}

/** What a file of the folder holds: each object in its last good form, and what is wrong with the file now. */
export interface ManifestFile {
  readonly name: string;
  /** By kind and key, such as `services/default/web`. */
  readonly objects: ReadonlyMap<string, ManifestObject>;
  readonly problems: readonly Problem[];
}

/**
 * Reads a file of Kubernetes manifests: YAML or JSON, several documents, lists. A file that does not parse, and an empty one
 * that was not empty before (a writer truncates first), keeps its objects; an object that is wrong keeps its last good form.
 */
export function readManifestFile(name: string, text: string, before: ManifestFile | null): ManifestFile {
  if (text.trim() === '' && before !== null && before.objects.size > 0) {
    return keepObjects(
      before,
      problemAt(
        name,
        1,
        'the file is empty, and its objects stay as they were; delete the file to remove them',
      ),
    );
  }
  return readJson(name, text) ?? readYaml(name, text, before);
}

/** A file of JSON that is as it should be; null for any other. YAML has JSON in it, but takes a hundred times as long to read. */
function readJson(name: string, text: string): ManifestFile | null {
  if (!/^\s*\{/.test(text)) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const items = itemLines(text);
  const reader = new DocumentReader(name, null);
  reader.readValue(value, [], ([, index]) => (typeof index === 'number' ? (items[index] ?? 1) : 1));
  const file = reader.file();
  return file.problems.length === 0 ? file : null;
}

function readYaml(name: string, text: string, before: ManifestFile | null): ManifestFile {
  const lines = new LineCounter();
  const documents: readonly Document[] = [...parseAllDocuments(text, { lineCounter: lines })];
  const error = documents.flatMap((document) => document.errors).at(0);
  if (error !== undefined) {
    return keepObjects(
      before ?? emptyFile(name),
      problemAt(name, error.linePos?.[0].line ?? 1, syntaxMessage(error)),
    );
  }
  const reader = new DocumentReader(name, before);
  for (const document of documents) {
    reader.readDocument(document, (path) => lines.linePos(offsetOf(document, path)).line);
  }
  return reader.file();
}

/** A file that cannot be read keeps what it held. */
export function unreadableFile(name: string, reason: string, before: ManifestFile | null): ManifestFile {
  const message = `the file cannot be read (${reason}), and its objects stay as they were; make it readable, or delete it to remove them`;
  return keepObjects(before ?? emptyFile(name), { place: `manifests/${name}`, message });
}

function emptyFile(name: string): ManifestFile {
  return { name, objects: new Map(), problems: [] };
}

function keepObjects(before: ManifestFile, problem: Problem): ManifestFile {
  return { name: before.name, objects: before.objects, problems: [problem] };
}

function problemAt(name: string, line: number, message: string): Problem {
  return { place: `manifests/${name}:${line}`, message };
}

function syntaxMessage(error: YAMLError): string {
  const [reason = ''] = error.message.split(/ at line \d+|\n/, 1);
  return `the file is neither YAML nor JSON (${reason}), and its objects stay as they were; mend that line`;
}

function identityOf(kind: RawKind, key: string): string {
  return kind === 'Endpoints' ? `endpoints/${key}` : placeOf(kind, key);
}

/** The line on which the value at a path begins. */
type LineOf = (path: FieldPath) => number;

class DocumentReader {
  readonly #name: string;
  readonly #before: ManifestFile | null;
  readonly #objects = new Map<string, ManifestObject>();
  readonly #problems: Problem[] = [];

  constructor(name: string, before: ManifestFile | null) {
    this.#name = name;
    this.#before = before;
  }

  file(): ManifestFile {
    return { name: this.#name, objects: this.#objects, problems: this.#problems };
  }

  readDocument(document: Document, lineOf: LineOf): void {
    let value: unknown;
    try {
      value = document.toJS();
    } catch (error) {
      // Aliases that expand without bound are refused by the YAML library.
      const reason = error instanceof Error ? error.message : String(error);
      this.#problems.push(problemAt(this.#name, lineOf([]), `the document cannot be read (${reason})`));
      return;
    }
    if (value !== null && value !== undefined) this.readValue(value, [], lineOf);
  }

  readValue(value: unknown, path: FieldPath, lineOf: LineOf): void {
    const line = lineOf(path);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#problems.push(
        problemAt(
          this.#name,
          line,
          `a document must be a Kubernetes object, got ${JSON.stringify(value)?.slice(0, 40)}`,
        ),
      );
      return;
    }
    const { apiVersion, kind, items } = value as Readonly<Record<string, unknown>>;
    if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
      this.#problems.push(
        problemAt(this.#name, line, 'the object must have apiVersion and kind as texts; add them'),
      );
    } else if (kind.endsWith('List') && Array.isArray(items)) {
      const itemKind = kind.slice(0, -'List'.length);
      items.forEach((item, index) => {
        const typed = itemKind === '' ? item : { apiVersion, kind: itemKind, ...item };
        this.readValue(typed, [...path, 'items', index], lineOf);
      });
    } else {
      const rawKind = rawKindOf(apiVersion, kind);
      if (rawKind !== null) this.#readObject(rawKind, value, path, lineOf);
    }
  }

  #readObject(kind: RawKind, value: unknown, path: FieldPath, lineOf: LineOf): void {
    const line = lineOf(path);
    const translation = translate(kind, value);
    if (translation.ok) {
      this.#keep(identityOf(kind, translation.object.key), { object: translation.object, line });
      return;
    }
    const identity = translation.key === null ? null : identityOf(kind, translation.key);
    for (const issue of translation.issues) {
      const at = lineOf([...path, ...issue.path]);
      this.#problems.push(
        problemAt(this.#name, at, `${identity ?? kind}: ${formatPath(issue.path)} ${issue.message}`),
      );
    }
    const last = identity === null ? undefined : this.#before?.objects.get(identity);
    if (identity !== null && last !== undefined) this.#keep(identity, { object: last.object, line });
  }

  #keep(identity: string, entry: ManifestObject): void {
    const first = this.#objects.get(identity);
    if (first === undefined) {
      this.#objects.set(identity, entry);
      return;
    }
    this.#problems.push(
      problemAt(
        this.#name,
        entry.line,
        `${identity} is in this file twice, first on line ${first.line}, which holds; remove one`,
      ),
    );
  }
}

/** Where the deepest node on the path that exists begins. */
function offsetOf(document: Document, path: FieldPath): number {
  let node: unknown = document.contents;
  for (const step of path) {
    const child = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
    if (!isNode(child) || !child.range) break;
    node = child;
  }
  return isNode(node) && node.range ? node.range[0] : (document.range?.[0] ?? 0);
}
