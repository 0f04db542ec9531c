/** A word of at least this length may be a part of encoded data. */
const SHORT_WORD = 8;
/** From this length on, changes between lower and upper case count too; a shorter word may be a name in camel case. */
const LONG_WORD = 24;
/** In encoded data, letters, digits and cases alternate at random: at least one change per this number of characters. */
const CHARS_PER_TURN = 10;
const MIN_TURNS = 3;

/** No natural word is longer. Names that consist of several words are split where the case changes. */
const LONGEST_WORD = 28;
/** In random letters the case changes about every other time; in camel case it changes far less often. */
const LETTERS_PER_CASE = 3;
/** Consecutive parts of a path that have equal lengths are treated as one word that was cut into pieces. */
const MIN_STEPS = 4;
const MAX_STEP = 12;

/**
 * The number of characters in words that look encoded, counting equal words once. Versions, names, paths and sentences have
 * almost none.
 */
export function opaqueChars(...texts: readonly string[]): number {
  const words = texts.flatMap((text) => {
    const plain = decodedOnce(text);
    return [...(plain.match(/[a-z0-9+]+/gi) ?? []), ...cutWords(plain)];
  });
  return [...new Set(words)].filter(isEncoded).reduce((sum, { length }) => sum + length, 0);
}

/** The words that parts of a path may have been before they were cut into pieces. */
function cutWords(path: string): readonly string[] {
  const words: string[] = [];
  let row: string[] = [];
  for (const step of [...path.split(/[/?]/), '']) {
    const isNext =
      step.length > 3 && step.length <= MAX_STEP && (row[0] === undefined || row[0].length === step.length);
    if (isNext) {
      row.push(step);
      continue;
    }
    if (row.length >= MIN_STEPS && new Set(row).size === row.length)
      words.push(row.join('').replace(/[^a-z0-9]/gi, ''));
    row = step.length > 3 && step.length <= MAX_STEP ? [step] : [];
  }
  return words;
}

function isEncoded(word: string): boolean {
  if (word.length < SHORT_WORD) return false;
  if (!/\d/.test(word)) return isOfRandomLetters(word);
  const digits = word.match(/[a-z](?=[0-9])|[0-9](?=[a-z])/gi)?.length ?? 0;
  const cases = word.length < LONG_WORD ? 0 : (word.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0);
  return digits + cases >= Math.max(MIN_TURNS, word.length / CHARS_PER_TURN);
}

function isOfRandomLetters(word: string): boolean {
  const longest = Math.max(...word.split(/(?<=[a-z])(?=[A-Z])/).map(({ length }) => length));
  const cases = word.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
  return longest > LONGEST_WORD || (word.length >= LONG_WORD && cases > word.length / LETTERS_PER_CASE);
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
