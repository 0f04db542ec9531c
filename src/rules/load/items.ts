import type { RulePriority } from '../priority.js';
import type { Version } from '../versions.js';
import type { MappedText } from './mapped-text.js';
import type { Location } from './source-file.js';

/** A list as collected: its items with their places. `index` and `visible` order definitions, as Falco counts them. */
export interface ListItem {
  readonly name: string;
  items: readonly { readonly text: string; readonly location: () => Location }[];
  readonly location: () => Location;
  /** The place of the first definition in the order of all items. */
  readonly index: number;
  /** The place of the last definition or addition: it sees what was first defined before that. */
  visible: number;
}

/** A macro as collected. */
export interface MacroItem {
  readonly name: string;
  condition: MappedText;
  readonly location: () => Location;
  readonly index: number;
  visible: number;
}

/** A value in an exception: one text, or a list of them (one level more for tuples). */
export type ExceptionEntry = string | readonly ExceptionEntry[];

/** An exception as written; `fields` and `comps` are undefined where an addition leaves them out. */
export interface ExceptionItem {
  readonly name: string;
  readonly fields: ExceptionEntry | undefined;
  readonly comps: ExceptionEntry | undefined;
  readonly values: readonly ExceptionEntry[];
  readonly location: () => Location;
}

/** What a rule item may set, and a later one replace. */
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
  /** Seconds; undefined leaves it to the configuration. */
  readonly captureDuration: number | undefined;
}

/** A rule as collected: after all appending and replacing. */
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
