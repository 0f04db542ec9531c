import { bindField } from '../compile/bind.js';
import { type CompiledRule, compile } from '../compile/compile.js';
import { valueText } from '../compile/output.js';
import type { Diagnostic } from '../diagnostics.js';
import { RuleSetError } from '../errors.js';
import type { FieldCatalog, FieldValue } from '../fields/fields.js';
import type { LoadedRules } from '../load/load.js';
import type { Node, NodeFactory } from '../node.js';
import type { CompileOptions } from '../options.js';
import { priorityLabel, type RulePriority } from '../priority.js';
import { clockTime, isoTime } from '../time.js';
import { type Finder, type Generation, specialize, toFinder } from './evaluator.js';
import { growTree } from './rule-tree.js';

/** A rule that matched an event. */
export interface Match {
  readonly rule: string;
  readonly priority: RulePriority;
  readonly source: string;
  readonly tags: readonly string[];
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** In Falco's format: `2026-11-21T01:58:40.060556838+0000: Warning Credential file read (…)`. */
  readonly output: string;
  /** The output without time and priority. */
  readonly message: string;
  /** The fields named in the output, typed; undefined if the event has no value. */
  readonly fields: ReadonlyMap<string, FieldValue | undefined>;
}

/** Information about an active rule, for display. */
export interface RuleInfo {
  readonly name: string;
  readonly desc: string;
  readonly priority: RulePriority;
  readonly source: string;
  readonly tags: readonly string[];
  /** Sorted; undefined: any type. */
  readonly eventTypes: readonly string[] | undefined;
}

interface Bucket<E> {
  readonly rules: readonly CompiledRule<E>[];
  readonly find: Finder<E>;
}

const NONE: readonly Match[] = Object.freeze([]);

/** Compiled rules for the events of one source. Not reentrant: must not be called while a catalog extracts a value. */
export class RuleEngine<E> {
  readonly rules: readonly RuleInfo[];
  readonly #buckets = new Map<string, Bucket<E>>();
  #anyBucket: Bucket<E> | undefined;

  constructor(
    readonly catalog: FieldCatalog<E>,
    /** Warnings about the files (there were no errors). */
    readonly diagnostics: readonly Diagnostic[],
    private readonly compiled: readonly CompiledRule<E>[],
    private readonly factory: NodeFactory<E>,
    private readonly generation: Generation,
    private readonly options: CompileOptions,
  ) {
    this.rules = compiled.map(({ item, types }) => ({
      name: item.name,
      desc: item.desc,
      priority: item.priority,
      source: item.source,
      tags: item.tags,
      eventTypes: types === undefined ? undefined : [...types].sort(),
    }));
  }

  /** The rules that match an event, in order; only the first one unless compiled for `all`. */
  evaluate(event: E): readonly Match[] {
    this.generation.current++;
    const { rules, find } = this.#bucket(event);
    const found: number[] = [];
    find(event, found);
    if (found.length === 0) return NONE;
    found.sort((a, b) => a - b);
    const wanted = this.options.matching === 'all' ? found : found.slice(0, 1);
    return wanted.flatMap((index) => {
      const rule = rules[index];
      return rule === undefined ? [] : [this.#match(rule, event)];
    });
  }

  #bucket(event: E): Bucket<E> {
    const { eventTypes, typeOf } = this.catalog;
    const type = eventTypes === undefined ? undefined : typeOf(event);
    const known = type === undefined ? this.#anyBucket : this.#buckets.get(type);
    if (known !== undefined) return known;
    // Types come from outside, so only known ones get a bucket of their own.
    if (type === undefined || eventTypes?.has(type) !== true) {
      this.#anyBucket ??= this.#makeBucket(undefined);
      return this.#anyBucket;
    }
    const made = this.#makeBucket(type);
    this.#buckets.set(type, made);
    return made;
  }

  #makeBucket(type: string | undefined): Bucket<E> {
    const rules: CompiledRule<E>[] = [];
    const nodes: Node<E>[] = [];
    for (const rule of this.compiled) {
      if (type !== undefined && rule.types?.has(type) === false) continue;
      const node = type === undefined ? rule.node : specialize(rule.node, type, this.factory);
      if (node.kind === 'const' && !node.value) continue;
      rules.push(rule);
      nodes.push(node);
    }
    const tree = growTree(nodes, this.factory);
    return { rules, find: toFinder(tree, this.catalog.typeOf, this.generation) };
  }

  #match({ item, outputs }: CompiledRule<E>, event: E): Match {
    const time = this.catalog.timeOf(event);
    const { text, fields } = outputs.message.render(event);
    let all = fields;
    if (outputs.extra.size > 0) {
      const extra = [...outputs.extra].map(([name, template]) => [name, template.value(event)] as const);
      all = new Map([...fields, ...extra]);
    }
    const shownTime = this.options.timeFormat === 'iso8601' ? isoTime(time) : clockTime(time);
    return {
      rule: item.name,
      priority: item.priority,
      source: item.source,
      tags: item.tags,
      time,
      output: `${shownTime}: ${priorityLabel(item.priority)} ${text}`,
      message: text,
      fields: all,
    };
  }
}

/**
 * Compiles loaded rules against a catalog, all or nothing.
 *
 * @throws RuleSetError `invalid` with all diagnostics if there is an error in a file
 */
export function compileRules<E>(
  loaded: LoadedRules,
  catalog: FieldCatalog<E>,
  options: CompileOptions = {},
): RuleEngine<E> {
  const generation: Generation = { current: 0 };
  const remembering = rememberValues(catalog, generation);
  const { rules, factory, diagnostics } = compile(loaded, remembering, options);
  if (diagnostics.some(({ severity }) => severity === 'error')) throw RuleSetError.invalid(diagnostics);
  return new RuleEngine(remembering, diagnostics, rules, factory, generation, options);
}

/** Values at least this expensive are extracted once per event, however many comparisons read them. */
const WORTH_REMEMBERING = 2;

function rememberValues<E>(catalog: FieldCatalog<E>, generation: Generation): FieldCatalog<E> {
  const known = new Map<string, ReturnType<FieldCatalog<E>['bind']>>();
  const { source, eventTypes, seenTypes, plugins } = catalog;
  return {
    source,
    eventTypes,
    ...(seenTypes && { seenTypes }),
    ...(plugins && { plugins }),
    typeOf: (event) => catalog.typeOf(event),
    timeOf: (event) => catalog.timeOf(event),
    bind: (name, argument) => {
      const key = JSON.stringify([name, argument]);
      if (known.has(key)) return known.get(key);
      const field = catalog.bind(name, argument);
      const kept =
        field === undefined || field.cost < WORTH_REMEMBERING
          ? field
          : { ...field, extract: remember(field.extract, generation) };
      known.set(key, kept);
      return kept;
    },
  };
}

function remember<E>(
  extract: (event: E) => FieldValue | undefined,
  generation: Generation,
): (event: E) => FieldValue | undefined {
  let seen = -1;
  let value: FieldValue | undefined;
  return (event) => {
    if (seen !== generation.current) {
      value = extract(event);
      seen = generation.current;
    }
    return value;
  };
}

type Render = (value: FieldValue) => string;

/** Cache of field renderers by catalog and name, so that fields are not bound again for each match. */
const RENDERS = new WeakMap<object, Map<string, Render>>();

function renderOf<E>(name: string, catalog: FieldCatalog<E>): Render {
  const known = RENDERS.get(catalog) ?? new Map<string, Render>();
  RENDERS.set(catalog, known);
  const render = known.get(name) ?? bindField(catalog, name, undefined)?.render ?? valueText;
  known.set(name, render);
  return render;
}

/** A match's output fields in the format of Falco's gRPC: texts, with `<NA>` for missing values. */
export function fieldTexts<E>(match: Match, catalog: FieldCatalog<E>): Record<string, string> {
  const texts: [string, string][] = [];
  for (const [name, value] of match.fields) {
    texts.push([name, value === undefined ? '<NA>' : renderOf(name, catalog)(value)]);
  }
  return Object.fromEntries(texts);
}
