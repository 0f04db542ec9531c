import type { Collector } from '../../compile/collector.js';
import { warningAt } from '../../diagnostics.js';
import type { ItemReader } from '../../evaluate/decode.js';
import { parsePriority, type RulePriority } from '../../priority.js';
import type { RuleParts } from './items.js';
import { type Overrides, readOverrides } from './override.js';
import { readExceptions, warnUnknownKeys } from './read-exceptions.js';

const APPENDABLE = ['condition', 'output', 'desc', 'tags', 'exceptions'] as const;
const REPLACEABLE = [
  ...APPENDABLE,
  'priority',
  'enabled',
  'warn_evttypes',
  'skip-if-unknown-filter',
  'capture',
  'capture_duration',
] as const;
const KEYS = new Set<string>([...REPLACEABLE, 'rule', 'source', 'append', 'override']);
const ENABLED_DEPRECATED =
  "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' entry under the 'override' key (i.e. 'enabled: replace').";

/** Reads one rule item into the collector (rule_loader_reader.cpp). @throws ReadError */
export function readRule(unnamed: ItemReader, collector: Collector): void {
  const name = unnamed.string('rule');
  const reader = unnamed.named({ kind: 'rule', name });
  warnUnknownKeys(reader, KEYS);
  const overrides = readOverrides(reader, APPENDABLE, REPLACEABLE);
  if (overrides.append.size + overrides.replace.size > 0) {
    readOverriding(reader, overrides, collector);
    return;
  }
  if (overrides.appendFlag) {
    const keys = (['condition', 'exceptions'] as const).filter((key) => reader.has(key));
    collector.appendToRule(reader, readParts(reader, new Set(keys), true));
    return;
  }
  if (!['condition', 'output', 'desc', 'priority'].some((key) => reader.has(key))) {
    switchRule(reader, collector);
    return;
  }
  const source = reader.optionalString('source') ?? 'syscall';
  collector.defineRule(reader, source, {
    condition: reader.mapped('condition'),
    output: reader.mapped('output'),
    desc: reader.string('desc'),
    priority: readPriority(reader),
    tags: readTags(reader),
    exceptions: readExceptions(reader, false),
    enabled: reader.optionalBoolean('enabled') ?? true,
    warnEventTypes: reader.optionalBoolean('warn_evttypes') ?? true,
    skipIfUnknownFilter: reader.optionalBoolean('skip-if-unknown-filter') ?? false,
    capture: reader.optionalBoolean('capture') ?? false,
    captureDuration: readDuration(reader),
  });
}

/** The deprecated form: an item with only `enabled` enables or disables an earlier rule. */
function switchRule(reader: ItemReader, collector: Collector): void {
  const enabled = reader.optionalBoolean('enabled') ?? reader.fail("Item has no mapping for key 'enabled'");
  const at = reader.file.locate(reader.get('enabled') ?? reader.node);
  reader.warnings.push(warningAt('LOAD_DEPRECATED_ITEM', ENABLED_DEPRECATED, at, reader.item));
  collector.enableRule(reader, enabled);
}

function readOverriding(reader: ItemReader, overrides: Overrides, collector: Collector): void {
  for (const [operation, keys] of [
    ['append', overrides.append],
    ['replace', overrides.replace],
  ] as const) {
    for (const key of keys) {
      if (reader.has(key)) continue;
      reader.fail(`An ${operation} override for '${key}' was specified but '${key}' is not defined`, 'override');
    }
  }
  for (const { key, node } of reader.keys()) {
    const isOverridable = (REPLACEABLE as readonly string[]).includes(key);
    if (!isOverridable || overrides.append.has(key) || overrides.replace.has(key)) continue;
    reader.file.fail(node, `Unexpected key '${key}': no corresponding entry under 'override' is defined.`, reader.item);
  }
  if (overrides.append.size > 0) collector.appendToRule(reader, readParts(reader, overrides.append, true));
  if (overrides.replace.size > 0) collector.replaceInRule(reader, readParts(reader, overrides.replace, true));
}

function readParts(reader: ItemReader, keys: ReadonlySet<string>, adding: boolean): Partial<RuleParts> {
  return {
    ...(keys.has('condition') && { condition: reader.mapped('condition') }),
    ...(keys.has('output') && { output: reader.mapped('output') }),
    ...(keys.has('desc') && { desc: reader.string('desc') }),
    ...(keys.has('tags') && { tags: readTags(reader) }),
    ...(keys.has('exceptions') && { exceptions: readExceptions(reader, adding) }),
    ...(keys.has('priority') && { priority: readPriority(reader) }),
    ...(keys.has('enabled') && { enabled: reader.optionalBoolean('enabled') ?? true }),
    ...(keys.has('warn_evttypes') && { warnEventTypes: reader.optionalBoolean('warn_evttypes') ?? true }),
    ...(keys.has('skip-if-unknown-filter') && {
      skipIfUnknownFilter: reader.optionalBoolean('skip-if-unknown-filter') ?? false,
    }),
    ...(keys.has('capture') && { capture: reader.optionalBoolean('capture') ?? false }),
    ...(keys.has('capture_duration') && { captureDuration: readDuration(reader) }),
  };
}

function readPriority(reader: ItemReader): RulePriority {
  return parsePriority(reader.string('priority')) ?? reader.fail('Invalid priority', 'priority');
}

/** Falco stores tags as a sorted set. */
function readTags(reader: ItemReader): string[] {
  return [...new Set(reader.strings('tags').map(({ text }) => text))].sort();
}

function readDuration(reader: ItemReader): number | undefined {
  const text = reader.optionalString('capture_duration');
  if (text === undefined) return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : reader.fail("Can't decode YAML scalar value", 'capture_duration');
}
