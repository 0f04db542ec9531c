/**
 * Checks a package.json, which must be a JSON object in UTF-8, with or without a byte order mark (npm accepts both). Returns what is wrong
 * with it, or null.
 */
export function manifestFault(content: Uint8Array, maxDepth: number): string | null {
  const text = decodedUtf8(content);
  if (text === undefined) return 'package.json is not UTF-8';
  // Check the depth before parsing: the parser, or a later reader, may be recursive.
  if (nesting(text) > maxDepth) return `package.json is nested deeper than ${maxDepth} levels`;
  const value = parsedJson(text);
  if (value === undefined) return 'package.json is not valid JSON';
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? null : 'package.json is not a JSON object';
}

function decodedUtf8(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The deepest nesting of brackets outside of strings. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      if (character === '"') inString = false;
      continue;
    }
    if (character === '"') inString = true;
    if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    if (character === '}' || character === ']') depth--;
  }
  return deepest;
}
