import type { FieldValue, Match, RulePriority } from '../../rules/index.js';

/** A `falco.outputs.response` as proto-loader expects it (longs and enums as texts, names unchanged). */
export interface AlertMessage {
  readonly time: { readonly seconds: string; readonly nanos: number };
  readonly priority: RulePriority;
  readonly source_deprecated: 'SYSCALL' | 'INTERNAL';
  readonly rule: string;
  readonly output: string;
  readonly output_fields: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly tags: readonly string[];
  readonly source: string;
}

/** The content of an alert, from a rule or from the sensor itself. */
export interface AlertContent {
  readonly timeNs: bigint;
  readonly priority: RulePriority;
  readonly source: string;
  readonly rule: string;
  /** The text line. */
  readonly output: string;
  /** Typed values, for the JSON document. */
  readonly fields: ReadonlyMap<string, FieldValue | undefined>;
  /** The same values for gRPC: as texts, `<NA>` for missing ones. */
  readonly texts: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
}

const NS_PER_SECOND = 1_000_000_000n;

/**
 * The message as Falco sends it with `json_output: true`: `output` contains the whole JSON alert as a text. The JSON document has its keys
 * sorted, and contains the alert's time as the number `evt.time.iso8601`, which the gRPC fields lack (recorded from Falco 0.40).
 */
export function alertMessage(content: AlertContent, hostname: string): AlertMessage {
  const { timeNs, priority, source, rule, texts } = content;
  const tags = [...content.tags].sort();
  return {
    time: { seconds: String(timeNs / NS_PER_SECOND), nanos: Number(timeNs % NS_PER_SECOND) },
    priority,
    source_deprecated: source === 'internal' ? 'INTERNAL' : 'SYSCALL',
    rule,
    output: jsonAlert(content, tags, hostname),
    output_fields: texts,
    hostname,
    tags,
    source,
  };
}

/** The alert of a rule that matched. */
export function matchContent(match: Match, texts: Readonly<Record<string, string>>): AlertContent {
  const fields = new Map(match.fields);
  fields.set('evt.time.iso8601', match.time);
  const { priority, source, rule, output, tags } = match;
  return { timeNs: match.time, priority, source, rule, output, fields, texts, tags };
}

function jsonAlert(content: AlertContent, tags: readonly string[], hostname: string): string {
  const names = [...content.fields.keys()].sort();
  const fields = names.map((name) => `${JSON.stringify(name)}:${jsonValue(content.fields.get(name))}`);
  const priority = content.priority.charAt(0) + content.priority.slice(1).toLowerCase();
  const parts = [
    `"hostname":${JSON.stringify(hostname)}`,
    `"output":${JSON.stringify(content.output)}`,
    `"output_fields":{${fields.join(',')}}`,
    `"priority":"${priority}"`,
    `"rule":${JSON.stringify(content.rule)}`,
    `"source":${JSON.stringify(content.source)}`,
    ...(content.source === 'internal' ? [] : [`"tags":${JSON.stringify(tags)}`]),
    `"time":"${isoTime(content.timeNs)}"`,
  ];
  return `{${parts.join(',')}}`;
}

/** JSON.stringify does not support bigint, and nanosecond timestamps exceed the precision of a double. */
function jsonValue(value: FieldValue | undefined): string {
  if (value === undefined) return 'null';
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  return JSON.stringify(value);
}

function isoTime(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000n));
  return `${date.toISOString().slice(0, 19)}.${String(ns % NS_PER_SECOND).padStart(9, '0')}Z`;
}
