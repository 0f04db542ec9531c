/** An object as JSON.parse gives it; only its own keys count (`__proto__` is a key like any other there). */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own key's value. */
export function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Longest text of one field: a 24 MB message must not be multiplied by every output that names it. The raw bytes keep all. */
const MAX_TEXT = 64 * 1024;
/** How deep nested values are written out. */
const MAX_DEPTH = 32;
const ELLIPSIS = '…';

/** Any JSON value as a rule sees it: texts as they are, numbers with their digits, structures as JSON with sorted keys; null and nothing are missing. */
export function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return capped(value);
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? undefined : capped(canonicalJson(value));
    default:
      return undefined;
  }
}

/** Like `textOf`; an empty text is missing, too. */
export function filledText(value: unknown): string | undefined {
  const text = textOf(value);
  return text === '' ? undefined : text;
}

/** JSON with sorted keys, so that equal documents are equal texts. What lies deeper than the limit is an ellipsis. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (depth === MAX_DEPTH) return `"${ELLIPSIS}"`;
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, depth + 1)}`).join(',')}}`;
}

function capped(text: string): string {
  return text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT) + ELLIPSIS;
}
