/** What is shorter than this is no form of more than one value. */
const MIN_TEXT = 12;
/** Values that are sent in so many pieces are put together; more is what honest lists hold. */
const MAX_VALUES = 2_000;

/** A string of JSON, and what makes it a name. */
const JSON_STRING = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?/g;
const FORM_VALUE = /=([^&=\s;]{1,200})(?=[&;\s]|$)/g;
const PART = /\r\n\r\n([^\r\n]{1,200})\r\n--/g;
const MAX_PATH = 64 * 1024;

/** The values of JSON, of a form or query, of the parts of a message, and the steps of a path, each kind put together in order. */
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

/** The values of one kind. */
function valuesOf(text: string, pattern: RegExp): readonly string[] {
  const values: string[] = [];
  for (const [, value = '', isName] of text.matchAll(pattern)) {
    if (isName === undefined) values.push(value);
    if (values.length >= MAX_VALUES) break;
  }
  return values;
}
