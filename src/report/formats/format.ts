import type { JoinedReport } from '../audit-part.js';

/** What a rendering needs beside the report. */
export interface FormatContext {
  /** The manifest or lock file that the findings are shown at, relative to the repository's root. */
  readonly file: string;
  /** Absolute address of the report's page; null where it has none. */
  readonly reportUrl: string | null;
  /** Packwarden's own version. */
  readonly version: string;
}

/** A way to write a report down: a pure function, and what it is served as. */
export interface Format {
  readonly contentType: string;
  /** The name a download is given. */
  readonly fileName: string;
  render(report: JoinedReport, context: FormatContext): string | Promise<string>;
}

/** What a terminal would obey and JSON lets through; half characters it escapes itself. */
const RAW = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]/g;

/** JSON as a person can read it, with a line break at its end. Shown in a terminal, it changes nothing there. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(RAW, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
