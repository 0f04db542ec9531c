import type { JoinedReport } from '../parts/audit-part.js';

/** What a rendering needs in addition to the report. */
export interface FormatContext {
  /** The manifest or lock file at which the findings are shown, relative to the repository's root. */
  readonly file: string;
  /** Absolute URL of the report's page; null if it has none. */
  readonly reportUrl: string | null;
  /** Packwarden's own version. */
  readonly version: string;
}

/** A format for reports: how to render one, and with which content type and file name to serve it. */
export interface Format {
  readonly contentType: string;
  /** The file name of a download. */
  readonly fileName: string;
  render(report: JoinedReport, context: FormatContext): string | Promise<string>;
}

/**
 * Characters that JSON allows but that a terminal would act on instead of showing them. `JSON.stringify` escapes lone surrogates
 * itself.
 */
const RAW = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]/g;

/** Indented JSON that ends with a line break. It contains no characters that a terminal would act on. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(RAW, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
