import type { PluginVersion } from './fields/fields.js';
import type { Selection } from './load/selection.js';

/** One entry of Falco's `append_output`: more output for the rules it matches. */
export interface AppendedOutput {
  /** All that is given must hold; without it every rule is meant. */
  readonly match?: { readonly source?: string; readonly rule?: string; readonly tags?: readonly string[] };
  /** Text behind the rule's own, with a blank between. */
  readonly extraOutput?: string;
  /** Fields that stand in the output fields only: a name (`proc.name`), or a name with a template of its own. */
  readonly extraFields?: readonly (string | Readonly<Record<string, string>>)[];
}

/** How rules are compiled. Everything has Falco's default. */
export interface CompileOptions {
  readonly selection?: Selection;
  /** `first` (default): one match per event, the first rule in order; `all`: every rule that holds. */
  readonly matching?: 'first' | 'all';
  /** How the time in front of the output is written; Falco's `time_format_iso_8601`. */
  readonly timeFormat?: 'clock' | 'iso8601';
  readonly appendOutput?: readonly AppendedOutput[];
  /** Sources besides the catalog's whose rules are left to others without a warning. */
  readonly otherSources?: readonly string[];
  /** Plugins whose fields those sources fill: a file that needs one of them is not refused, as Falco has one set of plugins for all sources. */
  readonly otherPlugins?: readonly PluginVersion[];
}
