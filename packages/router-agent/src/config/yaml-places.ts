import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/** Steps from the top of a file to a value: names of fields, and positions in lists. */
export type FilePath = readonly PropertyKey[];

/** Something wrong in a file, and where. `line` is 1 for what is about the whole file. */
export interface FileMistake {
  readonly line: number;
  readonly message: string;
}

/** One value of a file as it stands there. */
export interface FileLeaf {
  /** `neighbors[0].holdTime`. */
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** A YAML document that knows on which line each of its values stands. */
export class YamlFile {
  readonly #document: Document;
  readonly #lines: LineCounter;

  private constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  /** Reads a text, or says what is wrong with its form. Lines of the file are not repeated: they may be secret. */
  static read(text: string): { readonly file: YamlFile; readonly value: unknown } | readonly FileMistake[] {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    if (document.errors.length > 0) {
      return document.errors.map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        message: `is neither YAML nor JSON: ${error.message.split('\n', 1)[0]}; mend that line`,
      }));
    }
    try {
      return { file: new YamlFile(document, lines), value: document.toJS() };
    } catch (error) {
      // Aliases that expand without bound are refused by the YAML library.
      return [
        { line: 1, message: `cannot be read: ${error instanceof Error ? error.message : String(error)}` },
      ];
    }
  }

  /** The line of the value, or of the nearest one around it that is there. */
  lineOf(path: FilePath): number {
    let node: unknown = this.#document.contents;
    let offset = offsetOf(node) ?? 0;
    for (const step of path) {
      const pair = isMap(node)
        ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
        : null;
      const child = pair?.value ?? (isSeq(node) ? node.items[Number(step)] : undefined);
      const at = offsetOf(pair?.key) ?? offsetOf(child);
      if (at === undefined) break;
      offset = at;
      node = child;
    }
    return this.#lines.linePos(offset).line;
  }

  /** As {@link lineOf}, for a path as text: `policies.to-tor[0].edits.med`. */
  lineOfText(text: string): number {
    return this.lineOf(this.#pathOf(this.#document.contents, text));
  }

  /** All values below a path that hold no others, with their lines. */
  leaves(path: FilePath): readonly FileLeaf[] {
    let node: unknown = this.#document.contents;
    for (const step of path) node = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
    const found: FileLeaf[] = [];
    collect(node, path, (at, value) => found.push({ name: pathText(at), value, line: this.lineOf(at) }));
    return found;
  }

  /** Names may have dots in them: the longest one that is there counts. */
  #pathOf(node: unknown, text: string): FilePath {
    const rest = text.replace(/^\./, '');
    if (isSeq(node)) {
      const [whole, index] = /^\[(\d+)\]/.exec(rest) ?? [];
      if (whole === undefined) return [];
      return [Number(index), ...this.#pathOf(node.items[Number(index)], rest.slice(whole.length))];
    }
    if (!isMap(node)) return [];
    const names = node.items
      .map(({ key }) => (isScalar(key) ? String(key.value) : ''))
      .filter((name) => name !== '' && rest.startsWith(name) && /^($|[.[])/.test(rest.slice(name.length)))
      .sort((a, b) => b.length - a.length);
    const [name] = names;
    return name === undefined ? [] : [name, ...this.#pathOf(node.get(name, true), rest.slice(name.length))];
  }
}

/** `neighbors[0].remoteAs`. */
export function pathText(path: FilePath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function collect(node: unknown, path: FilePath, tell: (path: FilePath, value: string) => void): void {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (isScalar(key)) collect(value, [...path, String(key.value)], tell);
    }
  } else if (isSeq(node) && node.items.every((item) => !isMap(item) && !isSeq(item))) {
    tell(path, node.items.map((item) => (isScalar(item) ? String(item.value) : '')).join(', '));
  } else if (isSeq(node)) {
    node.items.forEach((item, i) => {
      collect(item, [...path, i], tell);
    });
  } else if (isScalar(node)) tell(path, String(node.value));
}
