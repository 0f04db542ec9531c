/** A faulty rule file: what is wrong, the file, and the error's code, message and place (`line:column text`, or none). */
export type Row = readonly [what: string, text: string, code: string, message: string | RegExp, place: string];

/** A rule on four lines, so that a condition's columns can be counted: it starts at 3:14. */
export function rule(condition: string, more = ''): string {
  return `- rule: R\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: INFO\n${more}`;
}
