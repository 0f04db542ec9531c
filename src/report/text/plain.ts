/**
 * Characters that a display would act on instead of showing them: control characters, escape sequences, line and paragraph
 * separators, direction marks and overrides, invisible characters, lone surrogates; and those that XML can't contain.
 */
const OBEYED =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]|\udb40[\udc00-\udc7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Makes text that a package controls safe to display anywhere, on one line: each character of `OBEYED` becomes a `·`. */
export function plain(text: string): string {
  return text.replace(OBEYED, '·');
}

/** Shortens text to at most `max` UTF-16 units, including the ellipsis, without splitting a surrogate pair. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, Math.max(0, max - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}
