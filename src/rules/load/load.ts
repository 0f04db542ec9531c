import { isSeq, type Node } from 'yaml';
import { Collector } from '../compile/collector.js';
import { type Diagnostic, errorAt, type ItemRef, warningAt } from '../diagnostics.js';
import { ItemReader } from '../evaluate/decode.js';
import { ENGINE_VERSION, isCompatible, parseEngineVersion, parseVersion } from '../versions.js';
import type { EngineRequirement, ListItem, MacroItem, PluginRequirement, RuleItem } from './definitions/items.js';
import { readOverrides } from './definitions/override.js';
import { warnUnknownKeys } from './definitions/read-exceptions.js';
import { readRule } from './definitions/read-rule.js';
import { isMapping, ReadError, YamlFile } from './yaml/yaml-file.js';

/** The content of a rule file. */
export interface RuleFile {
  /** For messages. */
  readonly path: string;
  readonly text: string;
}

/** The merged content of rule files, not yet compiled. Maps have the order of the first definitions. */
export interface LoadedRules {
  readonly lists: ReadonlyMap<string, ListItem>;
  readonly macros: ReadonlyMap<string, MacroItem>;
  readonly rules: ReadonlyMap<string, RuleItem>;
  readonly plugins: readonly PluginRequirement[];
  /** The versions in `required_engine_version`. */
  readonly engines: readonly EngineRequirement[];
  /** Errors and warnings so far; items with an error are omitted. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Falco's patterns for names, as in its messages. */
const MACRO_NAME = '([a-zA-Z]+[a-zA-Z0-9_]*)';
const LIST_NAME = '([^()"\'[:space:]=,]+)';

/**
 * Reads rule files in order; later ones append to, override or replace definitions of earlier ones. Never throws: errors are part of the
 * diagnostics, one per faulty item, so that a linter can show all of them.
 */
export function loadRules(files: readonly RuleFile[]): LoadedRules {
  const loader = new Loader();
  for (const { path, text } of files) loader.read(new YamlFile(path, text));
  const { lists, macros, rules } = loader.collector;
  return { lists, macros, rules, plugins: loader.plugins, engines: loader.engines, diagnostics: loader.diagnostics };
}

class Loader {
  readonly collector = new Collector();
  readonly plugins: PluginRequirement[] = [];
  readonly engines: EngineRequirement[] = [];
  readonly diagnostics: Diagnostic[] = [];

  read(file: YamlFile): void {
    this.#guard(() => {
      for (const node of file.items()) this.#guard(() => this.#item(file, node));
    });
  }

  /** An error in one item does not hide errors in the following ones. */
  #guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      this.diagnostics.push(error.diagnostic);
    }
  }

  #item(file: YamlFile, node: Node): void {
    if (!isMapping(node)) {
      file.fail(node, 'Unexpected element type. Each element should be a yaml associative array.');
    }
    const reader = new ItemReader(file, node, { kind: 'item', name: '' }, this.diagnostics);
    if (reader.has('required_engine_version')) this.#engineVersion(reader);
    else if (reader.has('required_plugin_versions')) this.#pluginVersions(reader);
    else if (reader.has('list')) this.#list(reader);
    else if (reader.has('macro')) this.#macro(reader);
    else if (reader.has('rule')) readRule(reader, this.collector);
    else {
      const at = file.locate(reader.keys()[0]?.node ?? node);
      this.diagnostics.push(warningAt('LOAD_UNKNOWN_ITEM', 'Unknown top level item', at));
    }
  }

  #engineVersion(reader: ItemReader): void {
    const key = 'required_engine_version';
    warnUnknownKeys(reader, new Set([key]));
    const text = reader.string(key);
    const wanted = parseEngineVersion(text);
    const at = reader.file.locate(reader.get(key) ?? reader.node);
    if (wanted === undefined) {
      const message = `Unable to parse engine version '${text}' as a semver string. Expected "x.y.z" semver format.`;
      throw new ReadError(errorAt('LOAD_ERR_YAML_VALIDATE', message, at));
    }
    this.engines.push({ version: wanted, location: () => at });
    const have = parseVersion(ENGINE_VERSION);
    if (have !== undefined && isCompatible(have, wanted)) return;
    const message = `Rules require engine version ${wanted.join('.')}, but engine version is ${ENGINE_VERSION}`;
    throw new ReadError(errorAt('LOAD_ERR_VALIDATE', message, at));
  }

  #pluginVersions(reader: ItemReader): void {
    const sequence = reader.get('required_plugin_versions');
    if (!isSeq(sequence)) {
      reader.fail('Value of required_plugin_versions must be a sequence', 'required_plugin_versions');
    }
    for (const entry of sequence.items as (Node | null)[]) {
      const node = reader.file.resolve(entry);
      if (!isMapping(node)) reader.fail('Plugin version must be a mapping', 'required_plugin_versions');
      const plugin = new ItemReader(reader.file, node, reader.item, this.diagnostics);
      const alternatives = [readRequirement(plugin), ...readAlternatives(plugin)];
      const names = alternatives.map(({ name }) => name);
      const twice = names.find((name, i) => names.indexOf(name) !== i);
      if (twice !== undefined) {
        const message = `Defined multiple alternative version requirements for plugin '${twice}'`;
        throw new ReadError(errorAt('LOAD_ERR_VALIDATE', message, reader.file.locate(plugin.get('name') ?? node)));
      }
      this.plugins.push({ alternatives, location: () => reader.file.locate(plugin.get('name') ?? node) });
    }
  }

  #list(unnamed: ItemReader): void {
    const reader = this.#named(unnamed, 'list', LIST_NAME, /^[^()"'\s=,]+$/);
    warnUnknownKeys(reader, new Set(['list', 'items', 'append', 'override']));
    if (!reader.has('items')) reader.fail("Item has no mapping for key 'items'");
    const items = reader.strings('items').map(({ text, node }) => ({ text, location: () => reader.file.locate(node) }));
    const { appendFlag, append } = readOverrides(reader, ['items'], ['items']);
    if (appendFlag || append.has('items')) this.collector.appendToList(reader, items);
    else this.collector.defineList(reader, items);
  }

  #macro(unnamed: ItemReader): void {
    const reader = this.#named(unnamed, 'macro', MACRO_NAME, /^[a-zA-Z]+[a-zA-Z0-9_]*$/);
    warnUnknownKeys(reader, new Set(['macro', 'condition', 'append', 'override']));
    const condition = reader.mapped('condition');
    const { appendFlag, append } = readOverrides(reader, ['condition'], ['condition']);
    if (appendFlag || append.has('condition')) this.collector.appendToMacro(reader, condition);
    else this.collector.defineMacro(reader, condition);
  }

  #named(reader: ItemReader, kind: 'list' | 'macro', shown: string, pattern: RegExp): ItemReader {
    const item: ItemRef = { kind, name: reader.string(kind) };
    if (!pattern.test(item.name)) {
      const title = kind === 'list' ? 'List' : 'Macro';
      const code = kind === 'list' ? 'LOAD_INVALID_LIST_NAME' : 'LOAD_INVALID_MACRO_NAME';
      const message = `${title} has an invalid name. ${title} names should match a regular expression: ${shown}`;
      this.diagnostics.push(warningAt(code, message, reader.file.locate(reader.get(kind) ?? reader.node), item));
    }
    return reader.named(item);
  }
}

function readRequirement(reader: ItemReader): { readonly name: string; readonly version: string } {
  const name = reader.string('name');
  const version = reader.string('version');
  if (parseVersion(version) !== undefined) return { name, version };
  return reader.fail(`Invalid required version '${version}' for plugin '${name}'`, 'version');
}

function readAlternatives(reader: ItemReader): ReturnType<typeof readRequirement>[] {
  const list = reader.get('alternatives');
  if (list === undefined) return [];
  if (!isSeq(list)) return reader.fail('Value of plugin version alternatives must be a sequence', 'alternatives');
  return (list.items as (Node | null)[]).map((entry) => {
    const node = reader.file.resolve(entry);
    if (!isMapping(node)) return reader.fail('Plugin version alternative must be a mapping', 'alternatives');
    return readRequirement(new ItemReader(reader.file, node, reader.item, reader.warnings));
  });
}
