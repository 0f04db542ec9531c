/** A Gemfile is Ruby code, of which only an interpreter could tell more than that it is text. Null when nothing is wrong. */
export function manifestFault(content: Uint8Array): string | null {
  if (content.length === 0) return 'the Gemfile is empty';
  return content.includes(0) ? 'the Gemfile is not text' : null;
}
