/** A Gemfile is Ruby code, of which only an interpreter could tell more than that it is text. Null when nothing is wrong. */
export function manifestFault(content: Uint8Array): string | null {
  const isText = content.length > 0 && !content.includes(0);
  return isText ? null : 'the Gemfile is not text';
}
