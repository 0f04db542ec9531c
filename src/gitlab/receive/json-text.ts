/**
 * What JSON.parse can't do: locate the elements of an array in the text, and keep the digits of numbers above 2^53. All functions scan the
 * text once, without recursion, since a hostile document may be arbitrarily long and deep.
 */

/** The position after the string that starts at `start`; the text's end if it is unterminated. */
function endOfString(text: string, start: number): number {
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return text.length;
    let before = quote - 1;
    while (text[before] === '\\') before -= 1;
    if ((quote - before) % 2 === 1) return quote + 1;
    from = quote + 1;
  }
}

/** The texts of an array's elements. `text` must be valid JSON and an array. */
export function elementsOf(text: string): readonly string[] {
  const elements: string[] = [];
  let depth = 0;
  let start = text.indexOf('[') + 1;
  for (let at = start - 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at) - 1;
    else if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth -= 1;
    if ((char === ',' && depth === 1) || depth === 0) {
      const element = text.slice(start, at).trim();
      if (element !== '') elements.push(element);
      start = at + 1;
    }
    if (depth === 0) break;
  }
  return elements;
}

const LONG_NUMBER = /\d{16}/;
const NUMBER = /-?\d[\d.eE+-]*/y;
const LONG_INTEGER = /^-?\d{16,}$/;

/** Parses a document; integers with 16 or more digits become text, because a double would round them. @throws SyntaxError */
export function parseExact(text: string): unknown {
  return JSON.parse(LONG_NUMBER.test(text) ? quoteLongIntegers(text) : text);
}

function quoteLongIntegers(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
      continue;
    }
    if (code !== 0x2d && (code < 0x30 || code > 0x39)) {
      at += 1;
      continue;
    }
    NUMBER.lastIndex = at;
    const token = NUMBER.exec(text)?.[0] ?? '-';
    if (LONG_INTEGER.test(token)) {
      parts.push(text.slice(copied, at), `"${token}"`);
      copied = at + token.length;
    }
    at += token.length;
  }
  parts.push(text.slice(copied));
  return parts.join('');
}
