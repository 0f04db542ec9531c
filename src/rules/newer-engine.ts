import { exceptionConditions } from './compile/exception-condition.js';
import type { Comparison, Condition, Operand } from './condition/ast.js';
import { parseCondition } from './condition/parser.js';
import { type Diagnostic, errorAt, type ItemRef } from './diagnostics.js';
import { TextError } from './errors.js';
import type { RuleItem } from './load/definitions/items.js';
import type { LoadedRules } from './load/load.js';
import type { MappedText } from './load/yaml/mapped-text.js';
import type { Location } from './load/yaml/source-file.js';
import { isCompatible, type Version } from './versions.js';

/** Language features added after engine 0.46 (Falco 0.40), with the engine that introduced them. */
const SINCE = {
  modifier: [0, 62, 0],
  join: [0, 62, 0],
  byte: [0, 63, 0],
  /** First released with Falco 0.41; there was no engine release between 0.46 and that one. */
  containerPlugin: [0, 47, 0],
} as const satisfies Readonly<Record<string, Version>>;

const QUOTED = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/g;
const ESCAPE = /\\([\s\S])/g;

/** Features that an engine of this version would not accept. Errors in the files are reported elsewhere. */
export function newerThan(loaded: LoadedRules, engine: Version): Diagnostic[] {
  return [...new Finder(engine).find(loaded)];
}

class Finder {
  constructor(private readonly engine: Version) {}

  *find(loaded: LoadedRules): Generator<Diagnostic> {
    for (const { version, location } of loaded.engines) {
      if (!isCompatible(this.engine, version)) yield this.#says(`engine ${version.join('.')} is required`, location());
    }
    for (const { alternatives, location } of loaded.plugins) {
      const isContainer = alternatives.every(({ name }) => name === 'container');
      if (isContainer && this.#lacks('containerPlugin')) yield this.#says('there is no plugin container', location());
    }
    for (const { name, condition } of loaded.macros.values()) yield* this.#text(condition, { kind: 'macro', name });
    for (const rule of loaded.rules.values()) {
      const item = { kind: 'rule', name: rule.name } as const;
      yield* this.#text(rule.condition, item);
      yield* this.#exceptions(rule);
    }
    for (const { name, items } of loaded.lists.values()) {
      const item = { kind: 'list', name } as const;
      for (const { text, location } of items) if (hasByte(text)) yield* this.#byte(location(), item);
    }
  }

  *#exceptions(rule: RuleItem): Generator<Diagnostic> {
    for (const exception of rule.exceptions) {
      const item = { kind: 'exception', name: exception.name } as const;
      let texts: readonly string[];
      try {
        texts = exceptionConditions([exception]).map(({ text }) => text);
      } catch (error) {
        if (error instanceof RangeError) continue;
        throw error;
      }
      for (const text of texts) yield* this.#condition(text, () => exception.location(), item);
    }
  }

  *#text(text: MappedText, item: ItemRef): Generator<Diagnostic> {
    yield* this.#condition(text.text, (start, end) => text.locate(start, end), item);
  }

  *#condition(text: string, locate: (start: number, end: number) => Location, item: ItemRef): Generator<Diagnostic> {
    const byte = byteAt(text);
    if (byte !== undefined) yield* this.#byte(locate(byte, byte + 4), item);
    for (const { start, end, left, modifier, right } of comparisonsIn(text)) {
      if (modifier !== undefined && this.#lacks('modifier')) {
        yield this.#says(`there is no '${modifier}' before a list`, locate(start, end), item);
      }
      const operands = right.kind === 'operand' ? [left, right.operand] : [left];
      if (operands.some(hasJoin) && this.#lacks('join'))
        yield this.#says("there is no 'join()'", locate(start, end), item);
    }
  }

  *#byte(at: Location, item: ItemRef): Generator<Diagnostic> {
    if (this.#lacks('byte')) yield this.#says(String.raw`there is no escape \xHH`, at, item);
  }

  #lacks(feature: keyof typeof SINCE): boolean {
    return !isCompatible(this.engine, SINCE[feature]);
  }

  #says(what: string, at: Location, item?: ItemRef): Diagnostic {
    return errorAt('NEWER_ENGINE', `Not for engine ${this.engine.join('.')}: ${what}`, at, item);
  }
}

/** All comparisons; empty if the condition can't be parsed. */
function comparisonsIn(text: string): readonly Comparison[] {
  try {
    return [...comparisons(parseCondition(text))];
  } catch (error) {
    if (error instanceof TextError) return [];
    throw error;
  }
}

function* comparisons(condition: Condition): Generator<Comparison> {
  if (condition.kind === 'compare') yield condition;
  else if (condition.kind === 'not') yield* comparisons(condition.child);
  else if (condition.kind === 'and' || condition.kind === 'or') {
    for (const child of condition.children) yield* comparisons(child);
  }
}

function hasJoin(operand: Operand): boolean {
  return operand.kind === 'transform' && (operand.transformer === 'join' || hasJoin(operand.operand));
}

/** Position of the first `\xHH` in a quoted string. */
function byteAt(text: string): number | undefined {
  for (const { index, 0: quoted } of text.matchAll(QUOTED)) {
    for (const found of quoted.matchAll(ESCAPE)) if (found[1] === 'x') return index + found.index;
  }
  return undefined;
}

function hasByte(text: string): boolean {
  return byteAt(text) !== undefined;
}
