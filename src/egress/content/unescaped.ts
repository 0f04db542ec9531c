/** `%xx`, `\xNN`, `\uNNNN` and `&#NN;`, the usual escapes for single characters. */
const ESCAPES = /%([0-9a-f]{2})|\\x([0-9a-f]{2})|\\u00([0-9a-f]{2})|&#x([0-9a-f]{1,4});|&#(\d{1,4});/gi;

/** Undoes one layer of escapes in a text. */
export function unescaped(text: string): string {
  return text.replace(ESCAPES, (_all, percent?: string, x?: string, u?: string, hex?: string, decimal?: string) => {
    const code = decimal === undefined ? Number.parseInt(percent ?? x ?? u ?? hex ?? '', 16) : Number(decimal);
    return String.fromCharCode(code & 0xff);
  });
}
