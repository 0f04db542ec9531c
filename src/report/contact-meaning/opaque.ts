/** From this length on a word may be a piece of something encoded. */
const SHORT_WORD = 8;
/** From this length on the case of letters tells, too: a shorter word may be a name in camel case. */
const LONG_WORD = 24;
/** In encoded data letters, digits and their cases follow each other without order: one change for so many characters. */
const CHARS_PER_TURN = 10;
const MIN_TURNS = 3;

/** Characters that stand in words which look encoded, each word once. Versions, names, paths and sentences have next to none. */
export function opaqueChars(...texts: readonly string[]): number {
  const words = texts.flatMap((text) => decodedOnce(text).match(/[a-z0-9+]+/gi) ?? []);
  return [...new Set(words)].filter(isEncoded).reduce((sum, { length }) => sum + length, 0);
}

function isEncoded(word: string): boolean {
  if (word.length < SHORT_WORD || !/\d/.test(word)) return false;
  const digits = word.match(/[a-z](?=[0-9])|[0-9](?=[a-z])/gi)?.length ?? 0;
  const cases = word.length < LONG_WORD ? 0 : (word.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0);
  return digits + cases >= Math.max(MIN_TURNS, word.length / CHARS_PER_TURN);
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
