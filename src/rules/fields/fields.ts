/** A field's value on one event; undefined is "missing", which makes every comparison false. */
export type FieldValue = string | number | bigint | boolean | Uint8Array | readonly string[] | readonly number[];

/**
 * Falco's field types as far as they change what an operator means. `ip` and `net` values are address texts
 * (`10.0.0.7`, `fd00::1`); what a `net` field is compared with are networks (`10.0.0.0/8`).
 */
export type FieldType = 'string' | 'number' | 'bool' | 'ip' | 'net' | 'port' | 'bytes';

/** A field with its argument bound (`proc.aname[2]`, `evt.arg.flags`): what the compiler calls at evaluation. */
export interface BoundField<E> {
  /** As written, e.g. `proc.aname[2]`. */
  readonly name: string;
  readonly type: FieldType;
  /** The value is a list (`fd.types`, `proc.aname` without index). */
  readonly list: boolean;
  /** Relative price of one extraction; conjunctions are tried cheap first. 0 is a property read. */
  readonly cost: number;
  readonly extract: (event: E) => FieldValue | undefined;
  /**
   * For a list: a comparison holds when it holds for one of the values, whatever the operator (`proc.aname` without
   * index, `fd.ip`, `fd.port`). Without it `in` wants all values in the set, and no scalar operator is allowed.
   */
  readonly any?: boolean;
  /** Only `=`, `!=` and `in` with constants (`fd.sip.name`): no other operator, no transformer, not on a right-hand side. */
  readonly compareOnly?: boolean;
  /** Falco knows the field, this source never fills it: it is missing on every event, and the linter says so. */
  readonly unfilled?: boolean;
  /** The same value on every event (`evt.dir` is `<` where only exits are seen): comparisons are decided at compile time. */
  readonly constant?: FieldValue;
  /** How outputs print the value where that is not its plain text. */
  readonly render?: (value: FieldValue) => string;
}

/** One line of `packwarden rules fields`. */
export interface FieldDescription {
  readonly name: string;
  readonly type: FieldType;
  readonly list: boolean;
  readonly argument: ArgumentKind;
  /** False for a field that Falco knows and this source never fills. */
  readonly filled: boolean;
  /** The event types that carry it, where it is not on all of them. */
  readonly events?: readonly string[];
}

/** Whether a field takes an argument: an ancestor's number, a parameter's name, a free key. */
export type ArgumentKind = 'none' | 'optional' | 'required';

/** A plugin of Falco's by name and version, as `required_plugin_versions` asks for it. */
export interface PluginVersion {
  readonly name: string;
  readonly version: string;
}

/** The fields of one event source (`syscall`, `gitlab`): rules are compiled against it once. */
export interface FieldCatalog<E> {
  /** The rule `source` this catalog serves. */
  readonly source: string;
  /** Event types for indexing and for the linter; the type of an event. Undefined where a source has no event types. */
  readonly eventTypes: ReadonlySet<string> | undefined;
  readonly typeOf: (event: E) => string;
  /** Those of `eventTypes` that really come; the linter names the others. Undefined: all. */
  readonly seenTypes?: ReadonlySet<string>;
  /** When the event happened, in nanoseconds since the epoch: for the output's prefix and the `evt.time*` fields. */
  readonly timeOf: (event: E) => bigint;
  /** Undefined when the field does not exist at all. `argument` is the text in brackets or behind `evt.arg.`. */
  bind(field: string, argument: string | undefined): BoundField<E> | undefined;
  /** All fields, for people. */
  describe?(): readonly FieldDescription[];
  /** What this source stands in for, to satisfy `required_plugin_versions` (e.g. container 0.6.0). */
  readonly plugins?: readonly PluginVersion[];
}
