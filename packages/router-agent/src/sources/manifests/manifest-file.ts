import { type Document, isMap, isNode, isSeq, LineCounter, parseAllDocuments, type YAMLError } from 'yaml';
import type { Problem } from '../../model/cluster.js';
import { type ClusterObject, placeOf } from '../cluster-object.js';
import { type FieldPath, formatPath } from '../raw-object.js';
import { type RawKind, rawKindOf, translate } from '../translate.js';

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
  const lines = new LineCounter();
  const documents: readonly Document[] = [...parseAllDocuments(text, { lineCounter: lines })];
  const error = documents.flatMap((document) => document.errors).at(0);
  if (error !== undefined) {
    return keepObjects(
      before ?? emptyFile(name),
      problemAt(name, error.linePos?.[0].line ?? 1, syntaxMessage(error)),
    );
  }
  const reader = new DocumentReader(name, lines, before);
  for (const document of documents) reader.readDocument(document);
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

class DocumentReader {
  readonly #name: string;
  readonly #lines: LineCounter;
  readonly #before: ManifestFile | null;
  readonly #objects = new Map<string, ManifestObject>();
  readonly #problems: Problem[] = [];

  constructor(name: string, lines: LineCounter, before: ManifestFile | null) {
    this.#name = name;
    this.#lines = lines;
    this.#before = before;
  }

  file(): ManifestFile {
    return { name: this.#name, objects: this.#objects, problems: this.#problems };
  }

  readDocument(document: Document): void {
    let value: unknown;
    try {
      value = document.toJS();
    } catch (error) {
      // Aliases that expand without bound are refused by the YAML library.
      const reason = error instanceof Error ? error.message : String(error);
      this.#problems.push(
        problemAt(this.#name, this.#lineOf(document, []), `the document cannot be read (${reason})`),
      );
      return;
    }
    if (value !== null && value !== undefined) this.#readValue(document, [], value);
  }

  #readValue(document: Document, path: FieldPath, value: unknown): void {
    const line = this.#lineOf(document, path);
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
        this.#readValue(document, [...path, 'items', index], typed);
      });
    } else {
      const rawKind = rawKindOf(apiVersion, kind);
      if (rawKind !== null) this.#readObject(document, path, rawKind, value, line);
    }
  }

  #readObject(document: Document, path: FieldPath, kind: RawKind, value: unknown, line: number): void {
    const translation = translate(kind, value);
    if (translation.ok) {
      this.#keep(identityOf(kind, translation.object.key), { object: translation.object, line });
      return;
    }
    const identity = translation.key === null ? null : identityOf(kind, translation.key);
    for (const issue of translation.issues) {
      const at = this.#lineOf(document, [...path, ...issue.path]);
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

  /** The line of the deepest node on the path that exists. */
  #lineOf(document: Document, path: FieldPath): number {
    let node: unknown = document.contents;
    for (const step of path) {
      const child = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
      if (!isNode(child) || !child.range) break;
      node = child;
    }
    const offset = isNode(node) && node.range ? node.range[0] : (document.range?.[0] ?? 0);
    return this.#lines.linePos(offset).line;
  }
}
