/** Node's `rawHeaders` (or `rawTrailers`), in which names and values alternate, as pairs in their original order. */
export function pairs(raw: readonly string[]): (readonly [name: string, value: string])[] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ''] as const] : []));
}

/** Raw headers without those of this name. */
export function without(raw: readonly string[], unwanted: string): string[] {
  return pairs(raw).flatMap(([name, value]) => (name.toLowerCase() === unwanted ? [] : [name, value]));
}

/** The values of the raw headers of this name. */
export function valuesOf(raw: readonly string[], wanted: string): string[] {
  return pairs(raw).flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
}

/** The values of the raw headers with none of these names, which are in lower case. */
export function valuesExcept(raw: readonly string[], names: ReadonlySet<string>): string[] {
  return pairs(raw).flatMap(([name, value]) => (names.has(name.toLowerCase()) ? [] : [value]));
}
