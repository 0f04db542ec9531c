import { type Document, isAlias, isMap, isScalar, isSeq, type Node, visit, type YAMLMap } from 'yaml';
import { type Diagnostic, type ErrorCode, errorAt, type ItemRef } from '../../diagnostics.js';
import { MappedText } from './mapped-text.js';
import { DeepYamlError, parseShallowYaml } from './shallow-yaml.js';
import { type Location, SourceFile, type Span } from './source-file.js';

/** Rule files are written by hand; the largest public one has 95 KB. The YAML parser would need seconds for megabytes of unusual input. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** Aborts reading a file, as Falco stops at the first error in a file. */
export class ReadError extends Error {
  override readonly name = 'ReadError';

  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

/** The deepest public rule file has 7 levels. */
const MAX_DEPTH = 100;
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);

/** A rule file as YAML nodes with their positions. Scalars are kept as text; their reader decides about the type. */
export class YamlFile {
  readonly source: SourceFile;
  readonly #targets = new Map<unknown, Node>();

  constructor(path: string, text: string) {
    this.source = new SourceFile(path, text);
  }

  /** The items of all documents of the file. @throws ReadError */
  items(): Node[] {
    if (this.source.text.length > MAX_FILE_BYTES) {
      this.#failAt(0, 1, 'LOAD_ERR_FILE_READ', `file is larger than ${MAX_FILE_BYTES} bytes`);
    }
    return this.#documents().flatMap((document) => this.#itemsOf(document));
  }

  /** A mapping's value with aliases resolved; undefined if the key is missing. */
  get(map: YAMLMap, key: string): Node | undefined {
    const pair = map.items.find((entry) => isScalar(entry.key) && entry.key.value === key);
    return pair === undefined ? undefined : this.resolve(pair.value as Node | null);
  }

  /** The target of an alias; any other node itself. A missing value is an empty scalar without a position. */
  resolve(node: Node | null): Node | undefined {
    if (node === null) return undefined;
    return isAlias(node) ? this.#targets.get(node) : node;
  }

  /** The text of a scalar, or undefined for a mapping or a sequence. */
  text(node: Node | undefined): string | undefined {
    return isScalar(node) ? String(node.value ?? '') : undefined;
  }

  /** `~`, `null` or nothing, unquoted. */
  isNull(node: Node | undefined): boolean {
    if (node === undefined) return true;
    return isScalar(node) && (node.type === 'PLAIN' || node.type === undefined) && NULLS.has(String(node.value ?? ''));
  }

  /** A scalar as a text with positions. */
  mapped(node: Node, text: string): MappedText {
    return new MappedText([{ text, span: this.span(node) }]);
  }

  span(node: Node): Span {
    const [start, end] = node.range ?? [0, 1];
    return { file: this.source, start, end };
  }

  locate(node: Node): Location {
    const { start, end } = this.span(node);
    return this.source.locate(start, end);
  }

  /** @throws ReadError always */
  fail(node: Node, message: string, item?: ItemRef, code: ErrorCode = 'LOAD_ERR_YAML_VALIDATE'): never {
    throw new ReadError(errorAt(code, message, this.locate(node), item));
  }

  #documents(): readonly Document.Parsed[] {
    const documents = this.#parse();
    for (const document of documents) {
      const [error] = document.errors;
      if (error !== undefined)
        this.#failAt(error.pos[0], error.pos[1], 'LOAD_ERR_YAML_PARSE', firstLine(error.message));
      this.#rememberAliases(document);
    }
    return documents;
  }

  #parse(): readonly Document.Parsed[] {
    // yaml's pretty messages copy the line for each error, which takes seconds for a line of a megabyte.
    const options = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const;
    try {
      return parseShallowYaml(this.source.text, MAX_DEPTH, options);
    } catch (error) {
      if (!(error instanceof DeepYamlError)) throw error;
      return this.#failAt(error.offset, error.offset + 1, 'LOAD_ERR_YAML_PARSE', error.message);
    }
  }

  /** Done in one pass in document order: an anchor may be redefined, and an alias refers to the last definition before it. */
  #rememberAliases(document: Document.Parsed): void {
    const anchors = new Map<string, Node>();
    visit(document, {
      Value: (_key, node) => {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
      },
      Alias: (_key, node) => {
        const target = anchors.get(node.source);
        if (target !== undefined) this.#targets.set(node, target);
      },
    });
  }

  #itemsOf(document: Document.Parsed): Node[] {
    const content = document.contents as Node | null;
    if (content === null || this.isNull(content)) return [];
    if (isScalar(content)) this.fail(content, 'Rules content is not yaml');
    if (!isSeq(content)) this.fail(content, 'Rules content is not yaml array of objects');
    const nodes = (content.items as (Node | null)[]).map((node) => this.resolve(node));
    return nodes.filter((node): node is Node => node !== undefined && !this.isNull(node));
  }

  #failAt(start: number, end: number, code: ErrorCode, message: string): never {
    throw new ReadError(errorAt(code, message, this.source.locate(start, end)));
  }
}

/** Whether a node is a mapping. */
export function isMapping(node: Node | undefined): node is YAMLMap {
  return isMap(node);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
