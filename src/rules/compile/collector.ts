import { errorAt } from '../diagnostics.js';
import type { ItemReader } from '../evaluate/decode.js';
import type { ExceptionItem, ListItem, MacroItem, RuleItem, RuleParts } from '../load/definitions/items.js';
import { completeException } from '../load/definitions/read-exceptions.js';
import type { MappedText } from '../load/yaml/mapped-text.js';
import type { Location } from '../load/yaml/source-file.js';
import { ReadError } from '../load/yaml/yaml-file.js';

/** Merges the items of all files in order: definitions, appended parts, replacements (rule_loader_collector.cpp). */
export class Collector {
  readonly lists = new Map<string, ListItem>();
  readonly macros = new Map<string, MacroItem>();
  readonly rules = new Map<string, RuleItem>();
  #next = 0;

  defineList(reader: ItemReader, items: ListItem['items']): void {
    const { name } = reader.item;
    const index = this.lists.get(name)?.index ?? this.#next;
    this.lists.set(name, { name, items, location: place(reader), index, visible: this.#next++ });
  }

  /** @throws ReadError */
  appendToList(reader: ItemReader, items: ListItem['items']): void {
    const list = this.lists.get(reader.item.name);
    if (list === undefined) {
      invalid(reader, "List uses 'append' or 'override.items: append' but no list by that name already exists");
    }
    list.items = [...list.items, ...items];
    list.visible = this.#next++;
  }

  defineMacro(reader: ItemReader, condition: MappedText): void {
    const { name } = reader.item;
    const index = this.macros.get(name)?.index ?? this.#next;
    this.macros.set(name, { name, condition, location: place(reader), index, visible: this.#next++ });
  }

  /** @throws ReadError */
  appendToMacro(reader: ItemReader, condition: MappedText): void {
    const macro = this.macros.get(reader.item.name);
    if (macro === undefined) {
      invalid(reader, "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists");
    }
    macro.condition = macro.condition.append(condition);
    macro.visible = this.#next++;
  }

  /** @throws ReadError */
  defineRule(reader: ItemReader, source: string, parts: RuleParts): void {
    const { name } = reader.item;
    const previous = this.rules.get(name);
    if (previous !== undefined && previous.source !== source) {
      invalid(reader, 'Rule has been re-defined with a different source');
    }
    const exceptions = parts.exceptions.map(completeException);
    const index = previous?.index ?? this.#next;
    const visible = this.#next++;
    this.rules.set(name, { ...parts, exceptions, name, source, location: place(reader), index, visible });
  }

  /** @throws ReadError */
  appendToRule(reader: ItemReader, parts: Partial<RuleParts>): void {
    const rule = this.rules.get(reader.item.name);
    if (rule === undefined) {
      invalid(reader, "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists");
    }
    if (Object.keys(parts).length === 0) invalid(reader, 'Appended rule must have exceptions or condition property');
    this.rules.set(rule.name, {
      ...rule,
      condition: parts.condition === undefined ? rule.condition : rule.condition.append(parts.condition),
      output: parts.output === undefined ? rule.output : rule.output.append(parts.output),
      desc: parts.desc === undefined ? rule.desc : `${rule.desc} ${parts.desc}`,
      tags: [...new Set([...rule.tags, ...(parts.tags ?? [])])].sort(),
      exceptions: addExceptions(rule.exceptions, parts.exceptions ?? []),
      visible: this.#next++,
    });
  }

  /** @throws ReadError */
  replaceInRule(reader: ItemReader, parts: Partial<RuleParts>): void {
    const rule = this.rules.get(reader.item.name);
    if (rule === undefined) {
      invalid(reader, "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists");
    }
    const exceptions = parts.exceptions?.map(completeException) ?? rule.exceptions;
    this.rules.set(rule.name, { ...rule, ...parts, exceptions, visible: this.#next++ });
  }

  /** @throws ReadError */
  enableRule(reader: ItemReader, enabled: boolean): void {
    const rule = this.rules.get(reader.item.name);
    if (rule === undefined) {
      invalid(reader, "Rule has 'enabled' key but no rule by that name already exists");
    }
    this.rules.set(rule.name, { ...rule, enabled });
  }
}

function addExceptions(present: readonly ExceptionItem[], added: readonly ExceptionItem[]): ExceptionItem[] {
  const result = [...present];
  for (const exception of added) {
    const at = result.findIndex((other) => other.name === exception.name);
    const earlier = result[at];
    result.splice(at === -1 ? result.length : at, earlier === undefined ? 0 : 1, merge(earlier, exception));
  }
  return result;
}

function merge(earlier: ExceptionItem | undefined, added: ExceptionItem): ExceptionItem {
  const fail = (message: string): never => {
    const item = { kind: 'exception', name: added.name } as const;
    throw new ReadError(errorAt('LOAD_ERR_VALIDATE', message, added.location(), item));
  };
  if (earlier === undefined) {
    if (added.fields === undefined) fail('Rule exception must have fields property with a list of fields');
    if (added.values.length === 0) fail('Rule exception must have values property with a list of values');
    return completeException(added);
  }
  if (added.fields !== undefined) fail('Can not append exception fields to existing exception, only values');
  if (added.comps !== undefined) fail('Can not append exception comps to existing exception, only values');
  return { ...earlier, values: [...earlier.values, ...added.values] };
}

function place(reader: ItemReader): () => Location {
  return () => reader.file.locate(reader.get(reader.item.kind) ?? reader.node);
}

function invalid(reader: ItemReader, message: string): never {
  throw new ReadError(errorAt('LOAD_ERR_VALIDATE', message, place(reader)(), reader.item));
}
