/** Shorter texts can't contain several values. */
const MIN_TEXT = 12;
/** How many values are joined; legitimate lists may have more. */
const MAX_VALUES = 2_000;

/** A JSON string, and the colon that makes it a name. */
const JSON_STRING = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?/g;
const FORM_VALUE = /=([^&=\s;]{1,200})(?=[&;\s]|$)/g;
const PART = /\r\n\r\n([^\r\n]{1,200})\r\n--/g;
const MAX_PATH = 64 * 1024;

/** The values of JSON, of a form or query, of the parts of a message, and the segments of a path; each kind joined in order. */
export function joinedValues(text: string): readonly string[] {
  if (text.length < MIN_TEXT) return [];
  const joined = [
    ...(/^\s*[[{"]/.test(text) ? [valuesOf(text, JSON_STRING)] : []),
    ...(text.includes('=') ? [valuesOf(text, FORM_VALUE)] : []),
    ...(text.startsWith('--') ? [valuesOf(text, PART)] : []),
    ...(text.startsWith('/') && text.length <= MAX_PATH ? [text.split(/[/?#]/).slice(0, MAX_VALUES)] : []),
  ];
  return joined.filter((values) => values.length > 1).map((values) => values.join(''));
}

/** The values that match a pattern. */
function valuesOf(text: string, pattern: RegExp): readonly string[] {
  const values: string[] = [];
  for (const [, value = '', isName] of text.matchAll(pattern)) {
    if (isName === undefined) values.push(value);
    if (values.length >= MAX_VALUES) break;
  }
  return values;
}
