/** A Gemfile is Ruby code, so without an interpreter all that can be checked is that it is text. Null if nothing is wrong. */
export function manifestFault(content: Uint8Array): string | null {
  if (content.length === 0) return 'the Gemfile is empty';
  return content.includes(0) ? 'the Gemfile is not text' : null;
}
