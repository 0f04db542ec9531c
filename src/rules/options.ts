import type { PluginVersion } from './fields/fields.js';
import type { Selection } from './load/selection.js';

/** One entry of Falco's `append_output`: additional output for the rules that it matches. */
export interface AppendedOutput {
  /** All given criteria must match; without any it applies to every rule. */
  readonly match?: { readonly source?: string; readonly rule?: string; readonly tags?: readonly string[] };
  /** Text appended to the rule's own, separated by a blank. */
  readonly extraOutput?: string;
  /** Fields that are only added to the output fields: a name (`proc.name`), or a name with a template. */
  readonly extraFields?: readonly (string | Readonly<Record<string, string>>)[];
}

/** Options for compiling rules. The defaults are Falco's. */
export interface CompileOptions {
  readonly selection?: Selection;
  /** `first` (default): one match per event, the first matching rule; `all`: every matching rule. */
  readonly matching?: 'first' | 'all';
  /** Format of the time at the beginning of the output; Falco's `time_format_iso_8601`. */
  readonly timeFormat?: 'clock' | 'iso8601';
  readonly appendOutput?: readonly AppendedOutput[];
  /** Sources in addition to the catalog's whose rules are ignored without a warning. */
  readonly otherSources?: readonly string[];
  /** Plugins for those sources: a file that requires one of them is accepted, as in Falco, which has one set of plugins for all sources. */
  readonly otherPlugins?: readonly PluginVersion[];
}
