/**
 * What a display would obey instead of show: control characters, escape sequences, line and paragraph separators,
 * direction marks and overrides, invisible characters, half characters, and what XML can not hold.
 */
const OBEYED =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]|\udb40[\udc00-\udc7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line of text that a package controls, fit to be shown anywhere: what a display would obey is a `·`. */
export function plain(text: string): string {
  return text.replace(OBEYED, '·');
}

/** Shortened to `max` UTF-16 units, an ellipsis included; no character is cut in two. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, Math.max(0, max - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}
