import type { RulePriority } from '../../priority.js';
import type { Version } from '../../versions.js';
import type { MappedText } from '../yaml/mapped-text.js';
import type { Location } from '../yaml/source-file.js';

/** A collected list: its items with their positions. `index` and `visible` order the definitions as Falco does. */
export interface ListItem {
  readonly name: string;
  items: readonly { readonly text: string; readonly location: () => Location }[];
  readonly location: () => Location;
  /** Index of the first definition among all items. */
  readonly index: number;
  /** Index of the last definition or addition: everything that was first defined before it is visible. */
  visible: number;
}

/** A collected macro. */
export interface MacroItem {
  readonly name: string;
  condition: MappedText;
  readonly location: () => Location;
  readonly index: number;
  visible: number;
}

/** A value in an exception: a text, or a list of them (with one more level for tuples). */
export type ExceptionEntry = string | readonly ExceptionEntry[];

/** A parsed exception; `fields` and `comps` are undefined if an addition omits them. */
export interface ExceptionItem {
  readonly name: string;
  readonly fields: ExceptionEntry | undefined;
  readonly comps: ExceptionEntry | undefined;
  readonly values: readonly ExceptionEntry[];
  readonly location: () => Location;
}

/** The parts of a rule that an item can set, and a later one replace. */
export interface RuleParts {
  readonly condition: MappedText;
  readonly output: MappedText;
  readonly desc: string;
  readonly priority: RulePriority;
  readonly tags: readonly string[];
  readonly exceptions: readonly ExceptionItem[];
  readonly enabled: boolean;
  readonly warnEventTypes: boolean;
  readonly skipIfUnknownFilter: boolean;
  readonly capture: boolean;
  /** In seconds; undefined: as configured. */
  readonly captureDuration: number | undefined;
}

/** A collected rule, after all additions and replacements. */
export interface RuleItem extends RuleParts {
  readonly name: string;
  readonly source: string;
  readonly location: () => Location;
  readonly index: number;
  readonly visible: number;
}

/** One `required_engine_version`. */
export interface EngineRequirement {
  readonly version: Version;
  readonly location: () => Location;
}

/** One requirement of `required_plugin_versions`: any of the alternatives satisfies it. */
export interface PluginRequirement {
  readonly alternatives: readonly { readonly name: string; readonly version: string }[];
  readonly location: () => Location;
}
