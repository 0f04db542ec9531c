/** Limits for facts about a program's use: whatever exceeds them may be anything. */
const MAX_FACTS = 40;
const MAX_DEPTH = 6;
const MAX_LIST = 10;
const MAX_CHARS = 400;
const MAX_DIGITS = 16;
const MAX_NUMBERS = 12;

/** Words as in `npm/10.2.0 node/v20.1.0 linux x64`, and a time. */
const PLAIN = /^(?=.{0,64}$)[\w.+-]*(?:[ /@][\w.+()-]+){0,6}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)$/;

/** All single values in some JSON; undefined if it is nested more deeply, or has longer lists, than facts do. */
function leavesOf(value: unknown, depth = 0): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return [value];
  if (depth >= MAX_DEPTH || (Array.isArray(value) && !isList(value))) return undefined;
  const leaves: unknown[] = [];
  for (const each of Object.values(value)) {
    const inner = leavesOf(each, depth + 1);
    if (inner === undefined || leaves.length + inner.length > MAX_FACTS) return undefined;
    leaves.push(...inner);
  }
  return leaves;
}

/** Several numbers in a list are more likely bytes than facts. */
function isList(values: readonly unknown[]): boolean {
  return values.length <= MAX_LIST && values.filter((value) => typeof value === 'number').length <= 3;
}

/**
 * Whether some JSON looks like facts: an object (or a list of objects) with a few versions, numbers, names of platforms, short
 * words, times and ids. The values don't show what a program means by them, so anything that could be more than that does not
 * count as facts.
 */
export function isFacts(value: unknown): boolean {
  const events: readonly unknown[] = Array.isArray(value) && value.every(isObject) ? value : [value];
  if (!events.every(isObject)) return false;
  const leaves = leavesOf(value);
  if (leaves === undefined) return false;
  const texts = leaves.filter((leaf) => typeof leaf === 'string');
  const numbers = leaves.filter((leaf) => typeof leaf === 'number');
  const isShort = texts.reduce((sum, { length }) => sum + length, 0) <= MAX_CHARS && numbers.length <= MAX_NUMBERS;
  return isShort && texts.every((text) => PLAIN.test(text) || TIME.test(text)) && numbers.every(isPlainNumber);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlainNumber(value: number): boolean {
  return String(value).length <= MAX_DIGITS;
}
