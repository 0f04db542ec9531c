/** From this length on a word may be a piece of something encoded. */
const SHORT_WORD = 8;
/** From this length on the case of letters tells, too: a shorter word may be a name in camel case. */
const LONG_WORD = 24;
/** In encoded data letters, digits and their cases follow each other without order: one change for so many characters. */
const CHARS_PER_TURN = 10;
const MIN_TURNS = 3;

/** No word of a language is that long; names are put together of several, which the case of letters sets off. */
const LONGEST_WORD = 28;
/** Random letters change their case every other time, names in camel case far less often. */
const LETTERS_PER_CASE = 3;
/** Steps of a path that are as long as each other are one word that was cut. */
const MIN_STEPS = 4;
const MAX_STEP = 12;

/** Characters that stand in words which look encoded, each word once. Versions, names, paths and sentences have next to none. */
export function opaqueChars(...texts: readonly string[]): number {
  const words = texts.flatMap((text) => {
    const plain = decodedOnce(text);
    return [...(plain.match(/[a-z0-9+]+/gi) ?? []), ...cutWords(plain)];
  });
  return [...new Set(words)].filter(isEncoded).reduce((sum, { length }) => sum + length, 0);
}

/** Words of a path that may have been cut into steps. */
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
