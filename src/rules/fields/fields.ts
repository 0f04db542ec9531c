/** A field's value for an event; undefined means "missing", which makes every comparison false. */
export type FieldValue = string | number | bigint | boolean | Uint8Array | readonly string[] | readonly number[];

/**
 * Falco's field types, as far as they affect operators. Values of `ip` and `net` are addresses as text (`10.0.0.7`, `fd00::1`); `net`
 * fields are compared with networks (`10.0.0.0/8`).
 */
export type FieldType = 'string' | 'number' | 'bool' | 'ip' | 'net' | 'port' | 'bytes';

/** A field with its argument bound (`proc.aname[2]`, `evt.arg.flags`), ready for evaluation. */
export interface BoundField<E> {
  /** As written, e.g. `proc.aname[2]`. */
  readonly name: string;
  readonly type: FieldType;
  /** The value is a list (`fd.types`, `proc.aname` without index). */
  readonly list: boolean;
  /** Relative cost of extracting the value; conjunctions evaluate cheap parts first. 0 is a property read. */
  readonly cost: number;
  readonly extract: (event: E) => FieldValue | undefined;
  /**
   * For lists: a comparison is true if it is true for one of the values, whatever the operator (`proc.aname` without index, `fd.ip`,
   * `fd.port`). Otherwise `in` requires all values to be in the set, and scalar operators are not allowed.
   */
  readonly any?: boolean;
  /** Only allows `=`, `!=` and `in` with constants (`fd.sip.name`): no other operator, no transformer, not on a right-hand side. */
  readonly compareOnly?: boolean;
  /** Falco knows the field but this source never fills it: it is missing on every event, and the linter warns about it. */
  readonly unfilled?: boolean;
  /** The value is the same for every event (`evt.dir` is `<` if only exits are seen): comparisons are decided at compile time. */
  readonly constant?: FieldValue;
  /** Formats the value for outputs, if it is not printed as plain text. */
  readonly render?: (value: FieldValue) => string;
}

/** One line of `packwarden rules fields`. */
export interface FieldDescription {
  readonly name: string;
  readonly type: FieldType;
  readonly list: boolean;
  readonly argument: ArgumentKind;
  /** False for a field that Falco knows but this source never fills. */
  readonly filled: boolean;
  /** The event types that contain it, if not all do. */
  readonly events?: readonly string[];
}

/** Whether a field takes an argument: an ancestor's number, a parameter's name, an arbitrary key. */
export type ArgumentKind = 'none' | 'optional' | 'required';

/** Name and version of a Falco plugin, for `required_plugin_versions`. */
export interface PluginVersion {
  readonly name: string;
  readonly version: string;
}

/** The fields of an event source (`syscall`, `gitlab`), against which rules are compiled once. */
export interface FieldCatalog<E> {
  /** The rules' `source` that this catalog is for. */
  readonly source: string;
  /** The event types, for indexing and the linter, and the type of an event. Undefined if a source has no event types. */
  readonly eventTypes: ReadonlySet<string> | undefined;
  readonly typeOf: (event: E) => string;
  /** The `eventTypes` that this source actually emits; the linter warns about the others. Undefined: all. */
  readonly seenTypes?: ReadonlySet<string>;
  /** Time of the event, in nanoseconds since the epoch, for the output's prefix and the `evt.time*` fields. */
  readonly timeOf: (event: E) => bigint;
  /** Undefined if the field does not exist. `argument` is the text in brackets or after `evt.arg.`. */
  bind(field: string, argument: string | undefined): BoundField<E> | undefined;
  /** All fields, for display. */
  describe?(): readonly FieldDescription[];
  /** Plugins that this source replaces, to satisfy `required_plugin_versions` (e.g. container 0.6.0). */
  readonly plugins?: readonly PluginVersion[];
}
