/** An object from JSON.parse; only own keys count (`__proto__` is an ordinary key there). */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own key's value. */
export function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/**
 * Maximum length of a field's text, so that a 24 MB message is not multiplied by every output that contains it. The raw bytes are kept
 * completely.
 */
const MAX_TEXT = 64 * 1024;
/** Maximum depth to which nested values are written. */
const MAX_DEPTH = 32;
const ELLIPSIS = '…';

/**
 * A JSON value as text for rules: strings unchanged, numbers with all digits, structures as JSON with sorted keys; null counts as missing.
 */
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

/** Like `textOf`, but an empty text counts as missing, too. */
export function filledText(value: unknown): string | undefined {
  const text = textOf(value);
  return text === '' ? undefined : text;
}

/** JSON with sorted keys, so that equal documents have equal texts. Deeper levels are replaced by an ellipsis. */
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
