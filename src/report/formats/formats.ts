import { renderText } from '../text/text.js';
import { codeQuality } from './code-quality.js';
import { cyclonedx } from './cyclonedx/cyclonedx.js';
import { type Format, toJson } from './format.js';
import { gitlab } from './gitlab.js';
import { junit } from './junit.js';
import { sarif } from './sarif.js';

const json: Format = {
  contentType: 'application/json; charset=utf-8',
  fileName: 'packwarden.json',
  render: (report) => toJson(report),
};

const text: Format = {
  contentType: 'text/plain; charset=utf-8',
  fileName: 'packwarden.txt',
  render: (report) => renderText(report, { colour: false, width: 80 }),
};

/** All formats, by their names in `?format=` and `--format`. */
export const FORMATS = {
  text,
  json,
  gitlab,
  sarif,
  junit,
  codequality: codeQuality,
  cyclonedx,
} as const satisfies Record<string, Format>;
export type FormatName = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[];

/** Whether `name` is the name of a format. */
export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name);
}
