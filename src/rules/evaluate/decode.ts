import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import type { Diagnostic, ItemRef } from '../diagnostics.js';
import type { MappedText } from '../load/yaml/mapped-text.js';
import type { YamlFile } from '../load/yaml/yaml-file.js';

/** A mapping in a rule file, read key by key, with Falco's messages for missing or invalid values. */
export class ItemReader {
  constructor(
    readonly file: YamlFile,
    readonly node: YAMLMap,
    readonly item: ItemRef,
    readonly warnings: Diagnostic[],
  ) {}

  /** The same mapping with another name for its messages. */
  named(item: ItemRef): ItemReader {
    return new ItemReader(this.file, this.node, item, this.warnings);
  }

  has(key: string): boolean {
    return this.node.items.some((pair) => isScalar(pair.key) && pair.key.value === key);
  }

  get(key: string): Node | undefined {
    return this.file.get(this.node, key);
  }

  /** A required, non-empty scalar. @throws ReadError */
  string(key: string): string {
    return this.#scalar(key).text;
  }

  /** Like `string`, with the position of every character. @throws ReadError */
  mapped(key: string): MappedText {
    const { node, text } = this.#scalar(key);
    return this.file.mapped(node, text);
  }

  optionalString(key: string): string | undefined {
    return this.has(key) ? this.string(key) : undefined;
  }

  /** Parses booleans like yaml-cpp. @throws ReadError */
  optionalBoolean(key: string): boolean | undefined {
    if (!this.has(key)) return undefined;
    const { node, text } = this.#scalar(key);
    if (/^(?:true|yes|on|y)$/i.test(text)) return true;
    if (/^(?:false|no|off|n)$/i.test(text)) return false;
    return this.file.fail(node, "Can't decode YAML scalar value", this.item);
  }

  /** A sequence of scalars; empty if the key is missing. @throws ReadError */
  strings(key: string): { readonly text: string; readonly node: Node }[] {
    const value = this.get(key);
    if (value === undefined) return this.has(key) ? this.fail('Value is not a sequence', key) : [];
    if (!isSeq(value)) return this.file.fail(value, 'Value is not a sequence', this.item);
    return (value.items as (Node | null)[]).map((entry) => {
      const node = this.file.resolve(entry) ?? value;
      const text = this.file.text(node);
      return { text: text ?? this.file.fail(node, 'sequence value is not scalar', this.item), node };
    });
  }

  /** The keys with their nodes, in order. */
  keys(): { readonly key: string; readonly node: Node }[] {
    return this.node.items.flatMap(({ key }) => (isScalar(key) ? [{ key: String(key.value), node: key }] : []));
  }

  /** @throws ReadError at the key's value, or at the item if the key is missing */
  fail(message: string, key?: string): never {
    const value = key === undefined ? undefined : this.get(key);
    return this.file.fail(value ?? this.keys()[0]?.node ?? this.node, message, this.item);
  }

  #scalar(key: string): { readonly node: Node; readonly text: string } {
    if (!this.has(key)) this.fail(`Item has no mapping for key '${key}'`);
    const node = this.get(key);
    if (node === undefined || this.file.isNull(node)) return this.fail(`Mapping for key '${key}' is empty`, key);
    const text = this.file.text(node);
    if (text === undefined || isMap(node)) return this.file.fail(node, 'Value is not a scalar value', this.item);
    if (text === '') return this.file.fail(node, 'Value must be non-empty', this.item);
    return { node, text };
  }
}
